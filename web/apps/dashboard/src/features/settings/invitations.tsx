// Open invitations of a project.
import { useQuery } from '@tanstack/react-query';
import type { Schema } from '@tenon/api-client';
import { Button, RelativeTime, Table, showToast, type Column } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { invitationsQuery } from './queries';
import { roles } from './roles';

type Invitation = Schema<'Invitation'>;

export function Invitations({ projectId }: { projectId: string }) {
  const { data = [] } = useQuery(invitationsQuery(projectId));
  if (data.length === 0) return null;

  async function revoke(invitation: Invitation) {
    try {
      await api.delete('/api/v1/projects/{projectId}/invitations/{invitationId}', {
        path: { projectId, invitationId: invitation.id },
      });
      showToast({ text: `The invitation of ${invitation.email} is revoked.` });
    } catch (error) {
      showToast({ text: error instanceof Error ? error.message : String(error), tone: 'bad' });
    }
    await queryClient.invalidateQueries({ queryKey: ['invitations', projectId] });
  }

  const columns: Column<Invitation>[] = [
    { id: 'who', name: 'E-mail address', cell: (invitation) => invitation.email },
    { id: 'role', name: 'Role', cell: ({ role }) => roles.find(({ id }) => id === role)?.name },
    { id: 'until', name: 'Expires', cell: ({ expiresAt }) => <RelativeTime iso={expiresAt} /> },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (invitation) => (
        <Button
          size="s"
          aria-label={`Revoke invitation of ${invitation.email}`}
          onPress={() => void revoke(invitation)}
        >
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <section className="tn-stack" aria-label="Open invitations">
      <h2>Open invitations</h2>
      <Table label="Open invitations" columns={columns} rows={data} rowKey={({ id }) => id} />
    </section>
  );
}
