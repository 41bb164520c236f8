// Where the account is signed in.
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import type { Schema } from '@tenon/api-client';
import { Badge, Button, RelativeTime, Table, showToast, type Column } from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { Loaded } from '../../shared/loaded';
import { sessionQuery, signOut } from '../../shared/session';
import { browserName } from '../../shared/words';

type Session = Schema<'Session'>;

const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await api.get('/api/v1/sessions', {})).items,
});

async function end(session: Session) {
  try {
    await api.delete('/api/v1/sessions/{sessionId}', { path: { sessionId: session.id } });
    showToast({ text: 'The session has ended.' });
  } catch (error) {
    showToast({ text: error instanceof Error ? error.message : String(error), tone: 'bad' });
  }
  await queryClient.invalidateQueries({ queryKey: ['sessions'] });
}

export function Sessions() {
  const sessions = useQuery(sessionsQuery);
  const { session: mine } = useSuspenseQuery(sessionQuery).data;
  const columns: Column<Session>[] = [
    {
      id: 'browser',
      name: 'Browser',
      cell: (session) => (
        <span title={session.userAgent}>
          {browserName(session.userAgent)}{' '}
          {session.id === mine.id ? <Badge tone="good">This one</Badge> : null}
        </span>
      ),
    },
    {
      id: 'address',
      name: 'Address',
      cell: (session) => <span className="tn-nowrap">{session.address}</span>,
    },
    {
      id: 'seen',
      name: 'Last seen',
      cell: (session) => <RelativeTime iso={session.lastSeenAt} />,
    },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (session) =>
        session.id === mine.id ? (
          <Button size="s" onPress={() => void signOut()}>
            Sign out
          </Button>
        ) : (
          <Button
            size="s"
            aria-label={`End session on ${browserName(session.userAgent)}`}
            onPress={() => void end(session)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <Loaded query={sessions}>
      {(list) => (
        <Table label="Sessions" columns={columns} rows={list} rowKey={(session) => session.id} />
      )}
    </Loaded>
  );
}
