// A user token of one hour, signed by this server, for a first call without writing code.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  CodeBlock,
  FormActions,
  Notice,
  RelativeTime,
  Section,
  TextField,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';

export function TryOutToken({ projectId }: { projectId: string }) {
  const [userId, setUserId] = useState('test-user');
  const mint = useMutation({
    mutationFn: () =>
      api.post('/api/v1/projects/{projectId}/try-out-token', {
        path: { projectId },
        body: { userId: userId.trim() },
      }),
    // The first token makes a signing key of the server's own.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['signing-keys', projectId] }),
  });
  return (
    <Section
      title="Try-out token"
      text="A user token that this server signs itself, good for one hour. The user appears under Connected users when the token is first used."
    >
      <form
        className="tn-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (userId.trim() !== '') mint.mutate();
        }}
      >
        <TextField
          label="User id"
          value={userId}
          onChange={setUserId}
          maxLength={512}
          autoComplete="off"
          isMono
        />
        {mint.error ? <Notice tone="bad">{mint.error.message}</Notice> : null}
        <FormActions>
          <Button type="submit" isPending={mint.isPending} isDisabled={userId.trim() === ''}>
            Make token
          </Button>
        </FormActions>
      </form>
      {mint.data ? (
        <div className="tn-stack">
          <CodeBlock code={mint.data.token} label="try-out token" isWrapped />
          <p className="tn-hint">
            Expires <RelativeTime iso={mint.data.expiresAt} />.
          </p>
        </div>
      ) : null}
    </Section>
  );
}
