// Invites somebody: makes a link to hand over, good for seven days and one use.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, CodeBlock, Dialog, DialogActions, Notice, Select, TextField } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import type { Role } from '../../shared/session';
import { roles } from './roles';

export function InviteDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const invite = useMutation({
    mutationFn: (invitation: { email: string; role: Role }) =>
      api.post('/api/v1/projects/{projectId}/invitations', {
        path: { projectId },
        body: invitation,
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['invitations', projectId] }),
    gcTime: 0,
  });
  return (
    <Dialog
      title={invite.data ? 'Hand over this link' : 'Invite somebody'}
      isOpen
      onClose={onClose}
    >
      {invite.data ? (
        <div className="tn-dialog-body">
          <p className="tn-dialog-text">
            {invite.data.email} joins with it, once, within seven days. It is shown this one time.
          </p>
          <CodeBlock
            code={`${window.location.origin}/join#${invite.data.token}`}
            label="invitation link"
            isWrapped
          />
          <DialogActions>
            <Button variant="primary" onPress={onClose}>
              Done
            </Button>
          </DialogActions>
        </div>
      ) : (
        <InviteForm
          problem={invite.error?.message}
          isPending={invite.isPending}
          onInvite={invite.mutate}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

interface InviteFormProps {
  problem: string | undefined;
  isPending: boolean;
  onInvite: (invitation: { email: string; role: Role }) => void;
  onClose: () => void;
}

function InviteForm({ problem, isPending, onInvite, onClose }: InviteFormProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const isReady = /^[^\s@]+@[^\s@]+$/.test(email.trim());
  return (
    <form
      className="tn-dialog-body"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onInvite({ email: email.trim(), role });
      }}
    >
      <TextField
        label="E-mail address"
        type="email"
        value={email}
        onChange={setEmail}
        maxLength={254}
        autoFocus
        autoComplete="off"
      />
      <Select label="Role" choices={roles} value={role} onChange={(id) => setRole(id as Role)} />
      {problem ? <Notice tone="bad">{problem}</Notice> : null}
      <DialogActions>
        <Button type="submit" variant="primary" isPending={isPending} isDisabled={!isReady}>
          Make invitation link
        </Button>
        <Button onPress={onClose}>Cancel</Button>
      </DialogActions>
    </form>
  );
}
