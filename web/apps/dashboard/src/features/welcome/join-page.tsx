// An invitation link. Its token stands after the #, which browsers never send to a server.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError, type Schema } from '@tenon/api-client';
import { Button, ErrorState, Notice, PasswordField, Skeleton } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { WelcomeFrame } from './welcome-frame';

export function JoinPage() {
  const [token] = useState(() => window.location.hash.slice(1));
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => api.post('/api/v1/invitations/inspect', { body: { token: token || '-' } }),
    gcTime: 0,
  });
  if (invitation.data) return <JoinForm token={token} invitation={invitation.data} />;
  return (
    <WelcomeFrame title="Join a project">
      {invitation.error ? (
        <ErrorState title="This invitation cannot be used" error={invitation.error} />
      ) : (
        <Skeleton />
      )}
    </WelcomeFrame>
  );
}

interface JoinFormProps {
  token: string;
  invitation: Schema<'InvitationView'>;
}

function JoinForm({ token, invitation }: JoinFormProps) {
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);
  const isNew = !invitation.accountExists;

  async function submit() {
    if (isNew && [...password].length < 10) {
      setProblem('The password needs at least 10 characters.');
      return;
    }
    setPending(true);
    setProblem(undefined);
    try {
      const joined = await api.post('/api/v1/invitations/accept', { body: { token, password } });
      queryClient.clear();
      api.useSession(joined);
      await navigate({ to: '/', replace: true });
    } catch (error) {
      setProblem(wordsFor(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <WelcomeFrame
      title={`Join ${invitation.projectName}`}
      lead={`As ${invitation.email}, with the role ${invitation.role}.`}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <PasswordField
          label={isNew ? 'Choose a password' : 'Your password'}
          hint={
            isNew
              ? 'At least 10 characters. A few unrelated words are easy to remember and hard to guess.'
              : 'This address has an account here already; enter its password.'
          }
          value={password}
          onChange={setPassword}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          autoFocus
        />
        {problem ? <Notice tone="bad">{problem}</Notice> : null}
        <Button type="submit" variant="primary" isPending={isPending}>
          Join
        </Button>
      </form>
    </WelcomeFrame>
  );
}

function wordsFor(error: unknown): string {
  if (error instanceof ApiError && error.status === 401)
    return 'This is not the password of your account.';
  return error instanceof Error ? error.message : String(error);
}
