// The accounts that a user connected, each with its state, why, and when its token was last refreshed.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@tenon/api-client';
import {
  AlertDialog,
  Badge,
  Button,
  CodeBlock,
  EmptyState,
  Notice,
  RelativeTime,
  Section,
  showToast,
} from '@tenon/ui';
import { api, queryClient } from '../../shared/api';
import { ownPath } from '../../shared/words';
import { Loaded } from '../../shared/loaded';
import { useMay } from '../../shared/session';
import { credentialsQuery, integrationNamesQuery } from './queries';
import './users.css';

type Credential = Schema<'Credential'>;

interface CredentialsProps {
  projectId: string;
  userId: string;
}

export function Credentials({ projectId, userId }: CredentialsProps) {
  const credentials = useQuery(credentialsQuery(projectId, userId));
  const [leaving, setLeaving] = useState<Credential>();
  return (
    <Section title="Connected accounts">
      <Loaded query={credentials}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No connected accounts" icon="link">
              This user has not connected an account yet, or has disconnected all of them.
            </EmptyState>
          ) : (
            <ul className="credentials">
              {list.map((credential) => (
                <li key={credential.id}>
                  <CredentialCard
                    credential={credential}
                    onDisconnect={() => setLeaving(credential)}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <AlertDialog
        title="Disconnect this account?"
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        confirmLabel="Disconnect"
        onConfirm={async () => {
          await api.delete('/api/v1/projects/{projectId}/credentials/{credentialId}', {
            path: { projectId, credentialId: leaving?.id ?? '' },
          });
          await queryClient.invalidateQueries({ queryKey: ['credentials', projectId] });
          showToast({ text: 'The account is disconnected.' });
        }}
      >
        <p>
          Tenon forgets its tokens and revokes them at the provider where that is possible. The
          user can connect again.
        </p>
      </AlertDialog>
    </Section>
  );
}

const tones = { VALID: 'good', INVALID: 'bad', PENDING: 'warn' } as const;
const stateNames = { VALID: 'Connected', INVALID: 'Needs reconnecting', PENDING: 'Not finished' };

interface CredentialCardProps {
  credential: Credential;
  onDisconnect: () => void;
}

function CredentialCard({ credential, onDisconnect }: CredentialCardProps) {
  const may = useMay(credential.projectId);
  const { data: integrations } = useQuery(integrationNamesQuery(credential.projectId));
  const integration = integrations?.get(credential.integrationId);
  return (
    <article className="credential" aria-label={integration?.name ?? 'Connected account'}>
      <div className="credential-head">
        {integration ? (
          <img src={ownPath(integration.iconUrl)} alt="" className="credential-icon" />
        ) : null}
        <h3>{integration?.name ?? 'Integration'}</h3>
        <Badge tone={tones[credential.status]}>{stateNames[credential.status]}</Badge>
        {credential.isPreview ? <Badge tone="quiet">From the builder</Badge> : null}
        {may('editUsers') ? (
          <Button
            size="s"
            aria-label={`Disconnect ${integration?.name ?? 'account'}`}
            onPress={onDisconnect}
          >
            Disconnect
          </Button>
        ) : (
          <span />
        )}
      </div>
      {credential.status === 'INVALID' ? (
        <Notice
          tone="warn"
          title={credential.invalidReason ?? 'The provider refuses this account.'}
        >
          {credential.invalidCode ? (
            <span className="tn-mono">{credential.invalidCode}</span>
          ) : null}
        </Notice>
      ) : null}
      <CredentialFacts credential={credential} />
      {Object.keys(credential.providerData ?? {}).length > 0 ? (
        <details>
          <summary>Profile at the provider</summary>
          <CodeBlock
            code={JSON.stringify(credential.providerData, null, 2)}
            label="profile"
            isWrapped
          />
        </details>
      ) : null}
    </article>
  );
}

function CredentialFacts({ credential }: { credential: Credential }) {
  const failures = credential.refreshFailures ?? 0;
  return (
    <dl className="facts">
      <dt>Account at the provider</dt>
      <dd>
        {credential.providerId ?? credential.externalId ?? (
          <span className="tn-quiet">Unknown</span>
        )}
      </dd>
      <dt>Last refresh</dt>
      <dd>
        {credential.refreshedAt ? (
          <RelativeTime iso={credential.refreshedAt} />
        ) : (
          <span className="tn-quiet">Never</span>
        )}
        {failures > 0 ? <span className="tn-quiet"> · {failures} failed since</span> : null}
      </dd>
      {credential.expiresAt ? (
        <>
          <dt>Access token expires</dt>
          <dd>
            <RelativeTime iso={credential.expiresAt} />
          </dd>
        </>
      ) : null}
      {credential.grantedScopes?.length ? (
        <>
          <dt>Scopes</dt>
          <dd className="tn-mono">{credential.grantedScopes.join(' ')}</dd>
        </>
      ) : null}
      <dt>Connected</dt>
      <dd>
        <RelativeTime iso={credential.createdAt} />
      </dd>
    </dl>
  );
}
