// Asks for the password when the session has ended in the middle of something. The page below stays as it is, so
// nothing that was typed is lost, and the call that failed is sent again.
import { useState, useSyncExternalStore } from 'react';
import { Button, Dialog, DialogActions, Notice, PasswordField } from '@tenon/ui';
import { useQuery } from '@tanstack/react-query';
import { sessionQuery, signIn } from './session';
import { answerGate, isGateOpen, subscribeToGate } from './sign-in-gate';

export function SignInAgain() {
  const isOpen = useSyncExternalStore(subscribeToGate, isGateOpen);
  return (
    <Dialog title="Sign in again" isOpen={isOpen} onClose={() => answerGate(false)} mustAnswer>
      <SignInAgainForm />
    </Dialog>
  );
}

function SignInAgainForm() {
  const { data: session } = useQuery({ ...sessionQuery, enabled: false });
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);
  const email = session?.account.email ?? '';

  async function submit() {
    setPending(true);
    setProblem(undefined);
    try {
      await signIn(email, password);
      answerGate(true);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p className="tn-dialog-text">
        Your session has ended. Sign in and go on where you were; nothing you typed is lost.
      </p>
      <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
      <PasswordField
        label={`Password of ${email}`}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        autoFocus
      />
      {problem ? <Notice tone="bad">{problem}</Notice> : null}
      <DialogActions>
        <Button type="submit" variant="primary" isPending={isPending}>
          Sign in
        </Button>
        <Button onPress={() => answerGate(false)}>Not now</Button>
      </DialogActions>
    </form>
  );
}
