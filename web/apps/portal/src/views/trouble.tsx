// What went wrong, in the words of whoever said so, and what to do about it.
import type { JSX } from 'preact';
import type { Trouble } from '../controller';
import { useWords } from './words';

export function TroubleBox({ trouble }: { trouble: Trouble }): JSX.Element {
  const say = useWords();
  const known: Record<string, string> = {
    'connect.access_denied': say('denied'),
    expired: say('expired'),
    'connect.refused': say('refused'),
    unreachable: say('unreachable'),
    signIn: say('signInWords'),
  };
  const advice = known[trouble.code];
  return (
    <div class="box trouble" role="alert">
      <strong>{trouble.code === 'signIn' ? say('signInTitle') : say('failedTitle')}</strong>
      <p>{advice ?? trouble.words}</p>
      {!advice && <p class="quiet">{say('askSupport')}</p>}
    </div>
  );
}
