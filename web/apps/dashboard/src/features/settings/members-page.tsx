// Who works on this project, in which role, and who is invited.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Avatar,
  Badge,
  Button,
  Page,
  RelativeTime,
  Select,
  Table,
  showToast,
  type Column,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { Loaded } from '../../shared/loaded';
import { useAccount, useMay, type Role } from '../../shared/session';
import { useProjectId } from '../../shared/use-project';
import { Invitations } from './invitations';
import { InviteDialog } from './invite-dialog';
import { membersQuery } from './queries';
import { roles } from './roles';
import './settings.css';

type Member = Schema<'Member'>;

export function MembersPage() {
  const projectId = useProjectId();
  const members = useQuery(membersQuery(projectId));
  const mayManage = useMay(projectId)('manageProject');
  const [isInviting, setInviting] = useState(false);
  return (
    <Page
      title="Members"
      lead="Developers and support people who work on this project. Connected users are another matter: they come with user tokens."
      actions={
        mayManage ? (
          <Button variant="primary" icon="add" onPress={() => setInviting(true)}>
            Invite
          </Button>
        ) : null
      }
    >
      <title>Members · Tenon</title>
      <Loaded query={members}>
        {(list) => <MemberTable projectId={projectId} members={list} mayManage={mayManage} />}
      </Loaded>
      {mayManage ? <Invitations projectId={projectId} /> : null}
      {isInviting ? (
        <InviteDialog projectId={projectId} onClose={() => setInviting(false)} />
      ) : null}
    </Page>
  );
}

interface MemberTableProps {
  projectId: string;
  members: readonly Member[];
  mayManage: boolean;
}

async function refresh(projectId: string) {
  await queryClient.invalidateQueries({ queryKey: ['members', projectId] });
  await queryClient.invalidateQueries({ queryKey: ['projects'] });
}

async function changeRole(projectId: string, member: Member, role: Role) {
  const set = (to: Role) =>
    api.patch('/api/v1/projects/{projectId}/members/{accountId}', {
      path: { projectId, accountId: member.accountId },
      body: { role: to },
    });
  try {
    await set(role);
    showToast({
      text: `${member.email} is now ${role}.`,
      undo: () => void set(member.role).then(() => refresh(projectId)),
    });
  } catch (error) {
    showToast({ text: error instanceof Error ? error.message : String(error), tone: 'bad' });
  }
  await refresh(projectId);
}

function MemberTable({ projectId, members, mayManage }: MemberTableProps) {
  const me = useAccount();
  const [removing, setRemoving] = useState<Member>();
  const columns: Column<Member>[] = [
    {
      id: 'who',
      name: 'E-mail address',
      cell: (member) => (
        <span className="member-name">
          <Avatar name={member.email} size="s" />
          {member.email}
          {member.accountId === me.id ? <Badge tone="quiet">You</Badge> : null}
        </span>
      ),
    },
    {
      id: 'role',
      name: 'Role',
      cell: (member) =>
        mayManage ? (
          <Select
            label={`Role of ${member.email}`}
            isLabelHidden
            choices={roles}
            value={member.role}
            onChange={(role) => void changeRole(projectId, member, role as Role)}
          />
        ) : (
          roles.find(({ id }) => id === member.role)?.name
        ),
    },
    { id: 'since', name: 'Since', cell: (member) => <RelativeTime iso={member.createdAt} /> },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (member) =>
        mayManage ? (
          <Button
            size="s"
            aria-label={`Remove ${member.email}`}
            onPress={() => setRemoving(member)}
          >
            Remove
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <Table
        label="Members"
        columns={columns}
        rows={members}
        rowKey={(member) => member.accountId}
      />
      <AlertDialog
        title={`Remove ${removing?.email ?? ''}?`}
        isOpen={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        confirmLabel="Remove member"
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/members/{accountId}', {
            path: { projectId, accountId: removing?.accountId ?? '' },
          });
          await refresh(projectId);
          showToast({ text: `${removing?.email ?? 'The member'} is removed.` });
        }}
      >
        <p>The account stays; it can no longer see this project.</p>
      </AlertDialog>
    </>
  );
}
