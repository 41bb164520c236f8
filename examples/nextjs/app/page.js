'use client';
// The page embeds the SDK; the portal opens over it.
import { tenon } from '@tenon/connect';
import { useEffect, useState } from 'react';

export default function Page() {
  const [integrations, setIntegrations] = useState([]);
  useEffect(() => {
    fetch('/api/token')
      .then((answer) => answer.json())
      .then(async ({ host, projectId, token }) => {
        tenon.configureGlobal({ host });
        await tenon.authenticate(projectId, token);
        setIntegrations(tenon.getIntegrationMetadata());
      });
  }, []);
  return integrations.map(({ type, name }) => (
    <button key={type} onClick={() => tenon.connect(type)}>
      Connect {name}
    </button>
  ));
}
