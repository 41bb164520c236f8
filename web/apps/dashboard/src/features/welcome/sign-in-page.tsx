// Where developers sign in.
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Notice, PasswordField, TextField } from '@tenon/ui';
import { queryClient } from '../../shared/api';
import { signIn } from '../../shared/session';
import { safeNext } from './safe-next';
import { WelcomeFrame } from './welcome-frame';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);

  async function submit() {
    if (email.trim() === '' || password === '') {
      setProblem('Enter your e-mail address and your password.');
      return;
    }
    setPending(true);
    setProblem(undefined);
    try {
      queryClient.clear();
      await signIn(email.trim(), password);
      await router.navigate({ href: safeNext(next), replace: true });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <WelcomeFrame
      title="Sign in"
      footer={
        <>
          First time here? Open the one-time set-up link that the server printed when it started.
          Forgotten your password? Whoever runs the server can set a new one:{' '}
          <code>tenon admin reset</code>.
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label="E-mail address"
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="username"
          autoFocus
        />
        <PasswordField
          label="Password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        {problem ? <Notice tone="bad">{problem}</Notice> : null}
        <Button type="submit" variant="primary" isPending={isPending}>
          Sign in
        </Button>
      </form>
    </WelcomeFrame>
  );
}
