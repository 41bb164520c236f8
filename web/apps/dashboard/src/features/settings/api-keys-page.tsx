// API keys: how servers and the command line reach the platform API.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Button,
  EmptyState,
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
import { NameDialog } from './name-dialog';
import { apiKeysQuery } from './queries';
import { ShownOnce } from './shown-once';

type ApiKey = Schema<'ApiKey'>;

export function ApiKeysPage() {
  const projectId = useProjectId();
  const keys = useQuery(apiKeysQuery(projectId));
  const may = useMay(projectId);
  const [isNaming, setNaming] = useState(false);
  const create = useMutation({
    mutationFn: (name: string) =>
      api.post('/api/v1/projects/{projectId}/api-keys', { path: { projectId }, body: { name } }),
    onSuccess: () => {
      setNaming(false);
      return queryClient.invalidateQueries({ queryKey: ['api-keys', projectId] });
    },
    gcTime: 0,
  });
  return (
    <Page
      title="API keys"
      lead="For your servers and the command line. A key acts as a member of this project; send it as Authorization: Bearer."
      actions={
        may('manageProject') ? (
          <Button variant="primary" icon="add" onPress={() => setNaming(true)}>
            New API key
          </Button>
        ) : null
      }
    >
      <title>API keys · Tenon</title>
      <Loaded query={keys}>{(list) => <KeyTable projectId={projectId} keys={list} />}</Loaded>
      <NameDialog
        title="New API key"
        label="Name"
        hint="Who or what will use it: “billing server”, “CI”."
        confirmLabel="Make key"
        isOpen={isNaming}
        isPending={create.isPending}
        problem={create.error?.message}
        onClose={() => setNaming(false)}
        onConfirm={(name) => create.mutate(name)}
      />
      {create.data ? (
        <ShownOnce
          title={`API key “${create.data.name}”`}
          noun="key"
          value={create.data.key}
          onClose={() => create.reset()}
        />
      ) : null}
    </Page>
  );
}

function KeyTable({ projectId, keys }: { projectId: string; keys: readonly ApiKey[] }) {
  const [revoking, setRevoking] = useState<ApiKey>();
  if (keys.length === 0) {
    return (
      <EmptyState title="No API keys" icon="lock">
        Make one to apply integrations from a terminal or to read users from a server.
      </EmptyState>
    );
  }
  const columns: Column<ApiKey>[] = [
    { id: 'name', name: 'Name', cell: (key) => <strong>{key.name}</strong> },
    {
      id: 'suffix',
      name: 'Key',
      cell: (key) => <span className="tn-mono">tnk_…{key.suffix}</span>,
    },
    { id: 'made', name: 'Made', cell: (key) => <RelativeTime iso={key.createdAt} /> },
    {
      id: 'used',
      name: 'Last used',
      cell: (key) =>
        key.lastUsedAt ? (
          <RelativeTime iso={key.lastUsedAt} />
        ) : (
          <span className="tn-quiet">Never</span>
        ),
    },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (key) => (
        <Button size="s" aria-label={`Revoke ${key.name}`} onPress={() => setRevoking(key)}>
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <>
      <Table label="API keys" columns={columns} rows={keys} rowKey={(key) => key.id} />
      <AlertDialog
        title={`Revoke “${revoking?.name ?? ''}”?`}
        isOpen={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        confirmLabel="Revoke key"
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/api-keys/{apiKeyId}', {
            path: { projectId, apiKeyId: revoking?.id ?? '' },
          });
          await queryClient.invalidateQueries({ queryKey: ['api-keys', projectId] });
          showToast({ text: 'The API key is revoked.' });
        }}
      >
        <p>Whatever uses it is refused at once.</p>
      </AlertDialog>
    </>
  );
}
