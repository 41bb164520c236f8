// A new project, which its creator then administers.
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Dialog, DialogActions, Notice, TextField } from '@tenon/ui';
import { api, queryClient } from '../api';
import { projectsQuery } from '../session';

export function CreateProjectDialog({
  isOpen,
  onClose,
}: {
  isOpen: boolean;
  onClose: () => void;
}) {
  return (
    <Dialog title="New project" isOpen={isOpen} onClose={onClose}>
      <CreateProjectForm onClose={onClose} />
    </Dialog>
  );
}

function CreateProjectForm({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => api.post('/api/v1/projects', { body: { name: name.trim() } }),
    onSuccess: async (project) => {
      await queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey });
      onClose();
      await navigate({ to: '/p/$projectId/integrations', params: { projectId: project.id } });
    },
  });
  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') create.mutate();
      }}
    >
      <TextField
        label="Name"
        hint="A project keeps its own users, integrations and keys: usually one per environment."
        value={name}
        onChange={setName}
        maxLength={100}
        autoFocus
        autoComplete="off"
      />
      {create.error ? <Notice tone="bad">{create.error.message}</Notice> : null}
      <DialogActions>
        <Button
          type="submit"
          variant="primary"
          isPending={create.isPending}
          isDisabled={name.trim() === ''}
        >
          Create project
        </Button>
        <Button onPress={onClose}>Cancel</Button>
      </DialogActions>
    </form>
  );
}
