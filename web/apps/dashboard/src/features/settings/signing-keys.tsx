// Signing keys: make one, hand its private half out once, revoke. Several may be active, so a rotation has no gap.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Badge,
  Button,
  EmptyState,
  Notice,
  RelativeTime,
  Section,
  Switch,
  Table,
  showToast,
  type Column,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { Loaded } from '../../shared/loaded';
import { useMay } from '../../shared/session';
import { signingKeysQuery } from './queries';
import { ShownOnce } from './shown-once';

type SigningKey = Schema<'SigningKey'>;

export function SigningKeys({ projectId }: { projectId: string }) {
  const keys = useQuery(signingKeysQuery(projectId));
  const may = useMay(projectId);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['signing-keys', projectId] });
  const create = useMutation({
    mutationFn: () =>
      api.post('/api/v1/projects/{projectId}/signing-keys', { path: { projectId } }),
    onSuccess: refresh,
    onError: (error) => showToast({ text: error.message, tone: 'bad' }),
    gcTime: 0,
  });
  return (
    <Section
      title="Signing keys"
      text="Your server keeps the private half; Tenon keeps the public one and checks every user token with it. To rotate without a gap: generate a new key, deploy it, then revoke the old one."
      actions={
        may('manageProject') ? (
          <Button
            icon="key"
            variant="primary"
            isPending={create.isPending}
            onPress={() => create.mutate()}
          >
            Generate key
          </Button>
        ) : null
      }
    >
      <Loaded query={keys}>{(list) => <KeyTable projectId={projectId} keys={list} />}</Loaded>
      {create.data ? (
        <ShownOnce
          title="Your new signing key"
          noun="private key"
          value={create.data.privateKey}
          fileName={`tenon-signing-key-${create.data.id.slice(0, 8)}.pem`}
          onClose={() => create.reset()}
        >
          <p className="tn-quiet">
            User tokens signed with it are accepted from now on. Older keys stay active.
          </p>
        </ShownOnce>
      ) : null}
    </Section>
  );
}

function KeyTable({ projectId, keys }: { projectId: string; keys: readonly SigningKey[] }) {
  const [revoking, setRevoking] = useState<SigningKey>();
  const [showsRevoked, setShowsRevoked] = useState(false);
  const active = keys.filter((key) => !key.revoked);
  const shown = showsRevoked ? keys : active;
  const columns: Column<SigningKey>[] = [
    {
      id: 'id',
      name: 'Key',
      cell: (key) => <span className="tn-mono">{key.id.slice(0, 8)}</span>,
    },
    {
      id: 'state',
      name: 'State',
      cell: (key) =>
        key.revoked ? <Badge tone="quiet">Revoked</Badge> : <Badge tone="good">Active</Badge>,
    },
    { id: 'made', name: 'Made', cell: (key) => <RelativeTime iso={key.createdAt} /> },
    {
      id: 'actions',
      name: 'Actions',
      isNameHidden: true,
      align: 'end',
      cell: (key) =>
        key.revoked ? null : (
          <Button
            size="s"
            aria-label={`Revoke key ${key.id.slice(0, 8)}`}
            onPress={() => setRevoking(key)}
          >
            Revoke
          </Button>
        ),
    },
  ];
  if (keys.length === 0) {
    return (
      <EmptyState title="No signing key yet" icon="key">
        Generate one to let your product act for its users.
      </EmptyState>
    );
  }
  return (
    <>
      {active.length === 0 ? (
        <Notice tone="warn">Every key is revoked: user tokens of your product are refused.</Notice>
      ) : null}
      {shown.length > 0 ? (
        <Table label="Signing keys" columns={columns} rows={shown} rowKey={(key) => key.id} />
      ) : null}
      {keys.length > active.length ? (
        <Switch isSelected={showsRevoked} onChange={setShowsRevoked}>
          Show revoked keys
        </Switch>
      ) : null}
      <AlertDialog
        title="Revoke this signing key?"
        isOpen={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        confirmLabel="Revoke key"
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/signing-keys/{signingKeyId}', {
            path: { projectId, signingKeyId: revoking?.id ?? '' },
          });
          await queryClient.invalidateQueries({ queryKey: ['signing-keys', projectId] });
          showToast({ text: 'The signing key is revoked.' });
        }}
      >
        <p>
          User tokens signed with <strong>{revoking?.id.slice(0, 8)}</strong> are refused within 30
          seconds.
          {active.length === 1 ? ' It is the last active key of this project.' : ''}
        </p>
      </AlertDialog>
    </>
  );
}
