// The one-time set-up link: makes the first administrator, a project and its first API key, and ends with the lines that
// name them to a terminal.
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '@tenon/api-client';
import { Button, Notice, PasswordField, TextField } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { SetupDone } from './setup-done';
import { WelcomeFrame } from './welcome-frame';
import { problemsOfSetup, type SetupWords } from './setup-rules';

const route = getRouteApi('/setup/$token');

export function SetupPage() {
  const { token } = route.useParams();
  const [made, setMade] = useState<{ projectId: string; apiKey: string }>();
  if (made) return <SetupDone {...made} />;
  return (
    <WelcomeFrame
      title="Set up Tenon"
      lead="Make the first administrator and a project. This link works once."
    >
      <SetupForm token={token} onMade={setMade} />
    </WelcomeFrame>
  );
}

async function setUp(token: string, words: SetupWords) {
  const made = await api.post('/api/v1/setup', {
    body: {
      token,
      email: words.email.trim(),
      password: words.password,
      projectName: words.projectName.trim(),
    },
  });
  queryClient.clear();
  api.useSession(made);
  const { key } = await api.post('/api/v1/projects/{projectId}/api-keys', {
    path: { projectId: made.project.id },
    body: { name: 'First key' },
  });
  return { projectId: made.project.id, apiKey: key };
}

interface SetupFormProps {
  token: string;
  onMade: (made: { projectId: string; apiKey: string }) => void;
}

function SetupForm({ token, onMade }: SetupFormProps) {
  const [words, setWords] = useState<SetupWords>({
    email: '',
    password: '',
    projectName: 'My project',
  });
  const [isSubmitted, setSubmitted] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isPending, setPending] = useState(false);
  const problems = isSubmitted ? problemsOfSetup(words) : {};
  const change = (name: keyof SetupWords) => (value: string) =>
    setWords((now) => ({ ...now, [name]: value }));

  async function submit() {
    setSubmitted(true);
    if (Object.keys(problemsOfSetup(words)).length > 0) return;
    setPending(true);
    setProblem(undefined);
    try {
      onMade(await setUp(token, words));
    } catch (error) {
      setProblem(wordsFor(error));
    } finally {
      setPending(false);
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label="E-mail address"
        type="email"
        value={words.email}
        onChange={change('email')}
        error={problems.email}
        autoComplete="username"
        maxLength={254}
        autoFocus
      />
      <PasswordField
        label="Password"
        hint="At least 10 characters. A few unrelated words are easy to remember and hard to guess."
        value={words.password}
        onChange={change('password')}
        error={problems.password}
        autoComplete="new-password"
        maxLength={512}
      />
      <TextField
        label="Project name"
        hint="A project keeps its own users, integrations and keys: usually one per environment."
        value={words.projectName}
        onChange={change('projectName')}
        error={problems.projectName}
        maxLength={100}
        autoComplete="off"
      />
      {problem ? <Notice tone="bad">{problem}</Notice> : null}
      <Button type="submit" variant="primary" isPending={isPending}>
        Create administrator
      </Button>
    </form>
  );
}

function wordsFor(error: unknown): string {
  if (error instanceof ApiError && error.status === 410) {
    return 'This link has been used or is too old. Sign in instead, or start the server again for a new link while nobody has an account.';
  }
  return error instanceof Error ? error.message : String(error);
}
