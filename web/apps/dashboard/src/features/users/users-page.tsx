// The connected users of a project, to look through and to search.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  Avatar,
  Badge,
  EmptyState,
  Page,
  Pager,
  RelativeTime,
  SearchField,
  Table,
  buttonClass,
  usePaging,
  type Column,
} from '@tenon/ui';
import { Loaded } from '../../shared/loaded';
import { useProjectId } from '../../shared/use-project';
import { usersQuery } from './queries';
import { userNames } from './user-names';
import './users.css';

type User = Schema<'ConnectedUser'>;

// Typing waits this long for the next letter before it asks the server.
const searchDelayMs = 200;

export function UsersPage() {
  const projectId = useProjectId();
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const paging = usePaging();
  const { reset } = paging;
  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(typed.trim());
      if (typed.trim() !== search) reset();
    }, searchDelayMs);
    return () => clearTimeout(timer);
  }, [typed, search, reset]);
  const users = useQuery({
    ...usersQuery(projectId, search, paging.cursor),
    placeholderData: keepPreviousData,
  });
  const isBare = search === '' && paging.page === 1 && users.data?.items.length === 0;
  return (
    <Page
      title="Connected users"
      lead="Your product’s users, as their user tokens name them, with the accounts they connected."
    >
      <title>Connected users · Tenon</title>
      {isBare ? null : (
        <SearchField
          label="Search users"
          placeholder="User id, name or e-mail address"
          value={typed}
          onChange={setTyped}
        />
      )}
      <Loaded query={users}>
        {(page) =>
          page.items.length === 0 ? (
            <NoUsers search={search} projectId={projectId} />
          ) : (
            <Table
              label="Connected users"
              columns={columnsOf(projectId)}
              rows={page.items}
              rowKey={(user) => user.id}
              footer={<Pager paging={paging} nextCursor={page.nextCursor} />}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function NoUsers({ search, projectId }: { search: string; projectId: string }) {
  if (search !== '') {
    return (
      <EmptyState title={`Nobody matches “${search}”`} icon="search">
        The search looks into user ids, names and e-mail addresses.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No connected users yet"
      icon="people"
      action={
        <Link
          to="/p/$projectId/settings/sdk"
          params={{ projectId }}
          className={buttonClass('primary')}
        >
          Set up the SDK
        </Link>
      }
    >
      A user appears here when your product first calls Tenon with a token signed for them. A
      try-out token makes one without any code.
    </EmptyState>
  );
}

function columnsOf(projectId: string): Column<User>[] {
  return [
    {
      id: 'user',
      name: 'User',
      cell: (user) => <UserName projectId={projectId} user={user} />,
    },
    {
      id: 'state',
      name: 'State',
      cell: (user) =>
        user.disabled ? <Badge tone="warn">Disabled</Badge> : <Badge tone="good">Enabled</Badge>,
    },
    {
      id: 'active',
      name: 'Last active',
      cell: (user) => <RelativeTime iso={user.lastActiveAt} />,
    },
    { id: 'since', name: 'First seen', cell: (user) => <RelativeTime iso={user.createdAt} /> },
  ];
}

function UserName({ projectId, user }: { projectId: string; user: User }) {
  const { name, note } = userNames(user);
  return (
    <span className="user-name">
      <Avatar name={name} />
      <span>
        <Link to="/p/$projectId/users/$userId" params={{ projectId, userId: user.id }}>
          {name}
        </Link>
        {note ? <span className="tn-hint user-note">{note}</span> : null}
      </span>
    </span>
  );
}
