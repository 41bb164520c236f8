// One connected user: who it is, what they connected and how that fares, metadata, and what can be done.
import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Badge,
  Breadcrumbs,
  Button,
  CopyButton,
  Page,
  RelativeTime,
  Section,
  showToast,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import '../../shared/facts.css';
import { Loaded } from '../../shared/loaded';
import { useMay } from '../../shared/session';
import { Credentials } from './credentials';
import { Metadata } from './metadata';
import { userQuery } from './queries';
import { userNames } from './user-names';

type User = Schema<'ConnectedUser'>;
const route = getRouteApi('/signed-in/p/$projectId/users/$userId');

export function UserPage() {
  const { projectId, userId } = route.useParams();
  const user = useQuery(userQuery(projectId, userId));
  const crumbs = (
    <Breadcrumbs>
      <Link to="/p/$projectId/users" params={{ projectId }}>
        Connected users
      </Link>
    </Breadcrumbs>
  );
  if (!user.data) {
    return (
      <Page title="Connected user" breadcrumbs={crumbs}>
        <title>Connected user · Tenon</title>
        <Loaded query={user}>{() => null}</Loaded>
      </Page>
    );
  }
  const { name } = userNames(user.data);
  return (
    <Page
      title={name}
      breadcrumbs={crumbs}
      actions={<UserActions projectId={projectId} user={user.data} />}
    >
      <title>{`${name} · Tenon`}</title>
      <Facts user={user.data} />
      <Credentials projectId={projectId} userId={userId} />
      <Metadata key={JSON.stringify(user.data.meta)} projectId={projectId} user={user.data} />
    </Page>
  );
}

function Facts({ user }: { user: User }) {
  return (
    <Section title="About">
      <dl className="facts">
        <dt>State</dt>
        <dd>
          {user.disabled ? (
            <Badge tone="warn">Disabled: their tokens are refused</Badge>
          ) : (
            <Badge tone="good">Enabled</Badge>
          )}
        </dd>
        <dt>User id in your product</dt>
        <dd>
          <span className="tn-mono">{user.externalId}</span>{' '}
          <CopyButton isIcon text={user.externalId} label="Copy user id" />
        </dd>
        <dt>Id in Tenon</dt>
        <dd>
          <span className="tn-mono">{user.id}</span>
        </dd>
        <dt>Last active</dt>
        <dd>
          <RelativeTime iso={user.lastActiveAt} />
        </dd>
        <dt>First seen</dt>
        <dd>
          <RelativeTime iso={user.createdAt} />
        </dd>
      </dl>
    </Section>
  );
}

async function setDisabled(projectId: string, user: User, disabled: boolean) {
  const saved = await api.patch('/api/v1/projects/{projectId}/users/{userId}', {
    path: { projectId, userId: user.id },
    body: { disabled },
  });
  queryClient.setQueryData(['user', projectId, user.id], saved);
  await queryClient.invalidateQueries({ queryKey: ['users', projectId] });
}

function UserActions({ projectId, user }: { projectId: string; user: User }) {
  const may = useMay(projectId);
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'disable' | 'delete'>();
  const { name } = userNames(user);
  if (!may('editUsers')) return null;

  async function enable() {
    try {
      await setDisabled(projectId, user, false);
      showToast({ text: `${name} is enabled.` });
    } catch (error) {
      showToast({ text: error instanceof Error ? error.message : String(error), tone: 'bad' });
    }
  }

  return (
    <>
      {user.disabled ? (
        <Button onPress={() => void enable()}>Enable user</Button>
      ) : (
        <Button onPress={() => setAsking('disable')}>Disable user</Button>
      )}
      <Button icon="trash" onPress={() => setAsking('delete')}>
        Delete user
      </Button>
      <AlertDialog
        title={`Disable ${name}?`}
        isOpen={asking === 'disable'}
        onClose={() => setAsking(undefined)}
        confirmLabel="Disable user"
        onConfirm={async () => {
          await setDisabled(projectId, user, true);
          showToast({ text: `${name} is disabled.`, undo: () => void enable() });
        }}
      >
        <p>Their user tokens are refused until they are enabled again. Connected accounts stay.</p>
      </AlertDialog>
      <AlertDialog
        title={`Delete ${name}?`}
        isOpen={asking === 'delete'}
        onClose={() => setAsking(undefined)}
        confirmLabel="Delete user"
        typedConfirmation={user.externalId.length <= 60 ? user.externalId : 'delete'}
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/users/{userId}', {
            path: { projectId, userId: user.id },
          });
          await queryClient.invalidateQueries({ queryKey: ['users', projectId] });
          showToast({ text: `${name} is deleted.` });
          await navigate({ to: '/p/$projectId/users', params: { projectId } });
        }}
      >
        <p>
          Everything they connected goes with them. Nothing is revoked at the providers: disconnect
          the accounts first if that matters.
        </p>
      </AlertDialog>
    </>
  );
}
