// Environment secrets: values that go in and never come out, named in templates as secrets.NAME.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Button,
  EmptyState,
  IconButton,
  Menu,
  Page,
  RelativeTime,
  Table,
  showToast,
  type Column,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { Loaded } from '../../shared/loaded';
import { useMay } from '../../shared/session';
import { useProjectId } from '../../shared/use-project';
import { secretsQuery } from './queries';
import { SecretDialog } from './secret-dialog';

type Secret = Schema<'EnvironmentSecret'>;

export function SecretsPage() {
  const projectId = useProjectId();
  const secrets = useQuery(secretsQuery(projectId));
  const may = useMay(projectId);
  // A name to replace, or '' for a new secret.
  const [editing, setEditing] = useState<string>();
  return (
    <Page
      title="Environment secrets"
      lead={
        <>
          Values for templates, written <code>{'{{ secrets.NAME }}'}</code>. They are sealed when
          they arrive and never shown again, not even to you.
        </>
      }
      actions={
        may('manageSecrets') ? (
          <Button variant="primary" icon="add" onPress={() => setEditing('')}>
            Add secret
          </Button>
        ) : null
      }
    >
      <title>Environment secrets · Tenon</title>
      <Loaded query={secrets}>
        {(list) => <SecretTable projectId={projectId} secrets={list} onReplace={setEditing} />}
      </Loaded>
      {editing === undefined ? null : (
        <SecretDialog projectId={projectId} name={editing} onClose={() => setEditing(undefined)} />
      )}
    </Page>
  );
}

interface SecretTableProps {
  projectId: string;
  secrets: readonly Secret[];
  onReplace: (name: string) => void;
}

function SecretTable({ projectId, secrets, onReplace }: SecretTableProps) {
  const [removing, setRemoving] = useState<Secret>();
  if (secrets.length === 0) {
    return (
      <EmptyState title="No environment secrets" icon="shield">
        Keep an OAuth app’s client secret here, for example, and name it in the integration: the
        value stays out of definitions, exports and version control.
      </EmptyState>
    );
  }
  const columns: Column<Secret>[] = [
    { id: 'name', name: 'Name', cell: (secret) => <span className="tn-mono">{secret.name}</span> },
    { id: 'used', name: 'Used by', cell: (secret) => <UsedBy names={secret.usedBy} /> },
    { id: 'set', name: 'Last set', cell: (secret) => <RelativeTime iso={secret.updatedAt} /> },
    {
      id: 'hash',
      name: 'Fingerprint',
      cell: (secret) => <span className="tn-mono tn-quiet">{secret.hash.slice(0, 12)}</span>,
    },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (secret) => (
        <Menu
          label={`Actions for ${secret.name}`}
          trigger={<IconButton label={`Actions for ${secret.name}`} icon="dots" size="s" />}
          entries={[
            {
              id: 'replace',
              name: 'Replace value',
              icon: 'edit',
              onAction: () => onReplace(secret.name),
            },
            {
              id: 'remove',
              name: 'Remove',
              icon: 'trash',
              isDangerous: true,
              onAction: () => setRemoving(secret),
            },
          ]}
        />
      ),
    },
  ];
  return (
    <>
      <Table
        label="Environment secrets"
        columns={columns}
        rows={secrets}
        rowKey={(secret) => secret.id}
      />
      <AlertDialog
        title={`Remove ${removing?.name ?? ''}?`}
        isOpen={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        confirmLabel="Remove secret"
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/secrets/{secretName}', {
            path: { projectId, secretName: removing?.name ?? '' },
          });
          await queryClient.invalidateQueries({ queryKey: ['secrets', projectId] });
          showToast({ text: 'The secret is removed.' });
        }}
      >
        <p>Its value is lost. A secret that an integration names cannot be removed.</p>
      </AlertDialog>
    </>
  );
}

function UsedBy({ names }: { names: readonly string[] }) {
  if (names.length === 0) return <span className="tn-quiet">Nothing yet</span>;
  return <>{names.join(', ')}</>;
}
