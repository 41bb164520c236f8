// Who changed what, newest first.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  Button,
  CodeBlock,
  Dialog,
  EmptyState,
  Page,
  Pager,
  RelativeTime,
  Table,
  exactTime,
  usePaging,
  type Column,
} from '@tenon/ui';
import { Loaded } from '../../shared/loaded';
import { useProjectId } from '../../shared/use-project';
import { capital, humanAction } from '../../shared/words';
import { auditQuery } from './queries';
import '../../shared/facts.css';
import './settings.css';

type AuditEvent = Schema<'AuditEvent'>;

export function AuditPage() {
  const projectId = useProjectId();
  const paging = usePaging();
  const page = useQuery({
    ...auditQuery(projectId, paging.cursor),
    placeholderData: keepPreviousData,
  });
  const [shown, setShown] = useState<AuditEvent>();
  return (
    <Page
      title="Audit log"
      lead="Every change to this project, by whom and from where. Entries cannot be changed."
    >
      <title>Audit log · Tenon</title>
      <Loaded query={page}>
        {(data) =>
          data.items.length === 0 ? (
            <EmptyState title="Nothing has been changed yet" icon="eye" />
          ) : (
            <Table
              label="Audit log"
              columns={columnsOf(setShown)}
              rows={data.items}
              rowKey={(event) => event.id}
              footer={<Pager paging={paging} nextCursor={data.nextCursor} />}
            />
          )
        }
      </Loaded>
      {shown ? <EventDialog event={shown} onClose={() => setShown(undefined)} /> : null}
    </Page>
  );
}

function columnsOf(show: (event: AuditEvent) => void): Column<AuditEvent>[] {
  return [
    { id: 'when', name: 'When', cell: (event) => <RelativeTime iso={event.at} /> },
    { id: 'what', name: 'What', cell: (event) => <strong>{humanAction(event.action)}</strong> },
    { id: 'who', name: 'Who', cell: (event) => whoOf(event) },
    {
      id: 'from',
      name: 'From',
      cell: (event) => <span className="tn-quiet tn-nowrap">{event.actor.address || '–'}</span>,
    },
    {
      id: 'details',
      name: 'Details',
      isNameHidden: true,
      align: 'end',
      cell: (event) => (
        <Button
          size="s"
          variant="quiet"
          aria-label={`Details of ${humanAction(event.action)}, ${exactTime(event.at)}`}
          onPress={() => show(event)}
        >
          Details
        </Button>
      ),
    },
  ];
}

function whoOf({ actor }: AuditEvent): string {
  return actor.label || capital(actor.kind.replaceAll('_', ' '));
}

function EventDialog({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  return (
    <Dialog title={humanAction(event.action)} isOpen onClose={onClose} width="l">
      <dl className="facts">
        <dt>When</dt>
        <dd>{exactTime(event.at)}</dd>
        <dt>Who</dt>
        <dd>
          {whoOf(event)}{' '}
          <span className="tn-quiet">({event.actor.kind.replaceAll('_', ' ')})</span>
        </dd>
        <dt>Target</dt>
        <dd>
          {event.targetKind.replaceAll('_', ' ')}{' '}
          <span className="tn-mono tn-quiet">{event.targetId}</span>
        </dd>
      </dl>
      {Object.keys(event.details).length > 0 ? (
        <CodeBlock code={JSON.stringify(event.details, null, 2)} label="details" isWrapped />
      ) : null}
    </Dialog>
  );
}
