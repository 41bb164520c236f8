// A user's metadata as JSON, to read and to change.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import { Button, FormActions, Notice, Section, TextArea, showToast } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { useMay } from '../../shared/session';
import { metadataChange } from './metadata-change';

interface MetadataProps {
  projectId: string;
  user: Schema<'ConnectedUser'>;
}

export function Metadata({ projectId, user }: MetadataProps) {
  const may = useMay(projectId);
  const before = user.meta;
  const [text, setText] = useState(() => JSON.stringify(before, null, 2));
  const change = metadataChange(before, text);
  const save = useMutation({
    mutationFn: (meta: Record<string, unknown>) =>
      api.patch('/api/v1/projects/{projectId}/users/{userId}', {
        path: { projectId, userId: user.id },
        body: { meta },
      }),
    onSuccess: (saved) => {
      queryClient.setQueryData(['user', projectId, user.id], saved);
      showToast({ text: 'Metadata saved.' });
    },
  });
  return (
    <Section
      title="Metadata"
      text="What your product told about this user. Name and Email show in the list of users and can be searched."
    >
      <form
        className="tn-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (change.kind === 'change') save.mutate(change.members);
        }}
      >
        <TextArea
          label="Metadata as JSON"
          value={text}
          onChange={setText}
          rows={Math.min(14, Math.max(4, text.split('\n').length))}
          error={change.kind === 'wrong' ? change.rule : undefined}
          isReadOnly={!may('editUsers')}
          isMono
          spellCheck="false"
        />
        {save.error ? <Notice tone="bad">{save.error.message}</Notice> : null}
        {may('editUsers') ? (
          <FormActions>
            <Button type="submit" isPending={save.isPending} isDisabled={change.kind !== 'change'}>
              Save metadata
            </Button>
          </FormActions>
        ) : null}
      </form>
    </Section>
  );
}
