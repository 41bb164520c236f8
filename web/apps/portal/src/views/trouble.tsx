// What went wrong, in the words of whoever said so, and what to do about it.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Trouble } from '../controller';
import { useWords } from './words';

export function TroubleBox({ trouble }: { trouble: Trouble }): JSX.Element {
  const say = useWords();
  const box = useRef<HTMLDivElement>(null);
  // On a small screen it may stand above what is in sight.
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [trouble]);
  const known: Record<string, string> = {
    'connect.access_denied': say('denied'),
    expired: say('expired'),
    'connect.refused': say('refused'),
    unreachable: say('unreachable'),
    signIn: say('signInWords'),
  };
  const advice = known[trouble.code];
  return (
    <div ref={box} class="box trouble" role="alert">
      <strong>{trouble.code === 'signIn' ? say('signInTitle') : say('failedTitle')}</strong>
      <p>{advice ?? trouble.words}</p>
      {!advice && <p class="quiet">{say('askSupport')}</p>}
    </div>
  );
}
