// The origins of products that embed the Connect Portal; each change is saved at once and can be undone.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@tenon/api-client';
import { Button, IconButton, Section, TextField, showToast } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { asOrigin } from './origin';
import type { Project } from './project-page';
import './settings.css';

export function AllowedOrigins({ project, mayEdit }: { project: Project; mayEdit: boolean }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const save = useMutation({
    mutationFn: (allowedOrigins: string[]) =>
      api.patch('/api/v1/projects/{projectId}', {
        path: { projectId: project.id },
        body: { allowedOrigins },
      }),
    onSuccess: (saved) => queryClient.setQueryData(['project', project.id], saved),
    onError: (error) => {
      const rule = error instanceof ApiError ? error.problems[0]?.rule : undefined;
      setProblem(rule ?? error.message);
    },
  });

  function add() {
    const origin = asOrigin(text);
    if (origin === undefined) {
      setProblem('Enter an origin such as https://app.example.com, without a path.');
      return;
    }
    setProblem(undefined);
    if (project.allowedOrigins.includes(origin)) {
      setText('');
      return;
    }
    save.mutate([...project.allowedOrigins, origin], { onSuccess: () => setText('') });
  }

  function remove(origin: string) {
    const before = project.allowedOrigins;
    save.mutate(
      before.filter((other) => other !== origin),
      {
        onSuccess: () =>
          showToast({ text: `${origin} is no longer allowed.`, undo: () => save.mutate(before) }),
      },
    );
  }

  return (
    <Section
      title="Allowed origins"
      text="Exact origins of your product: only their pages may show the Connect Portal and receive its messages."
    >
      {project.allowedOrigins.length === 0 ? (
        <p className="tn-quiet">None yet: no page can embed the portal.</p>
      ) : (
        <ul className="origin-list">
          {project.allowedOrigins.map((origin) => (
            <li key={origin}>
              <span className="tn-mono">{origin}</span>
              {mayEdit ? (
                <IconButton
                  label={`Remove ${origin}`}
                  icon="trash"
                  size="s"
                  onPress={() => remove(origin)}
                />
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {mayEdit ? (
        <form
          className="origin-form"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField
            label="Another origin"
            placeholder="https://app.example.com"
            value={text}
            onChange={(value) => {
              setText(value);
              setProblem(undefined);
            }}
            error={problem}
            isMono
            autoComplete="off"
            spellCheck="false"
          />
          <Button
            type="submit"
            icon="add"
            isPending={save.isPending}
            isDisabled={text.trim() === ''}
          >
            Add origin
          </Button>
        </form>
      ) : null}
    </Section>
  );
}
