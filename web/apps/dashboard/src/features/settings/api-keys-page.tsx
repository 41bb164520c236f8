// API keys of a project.
import { Page } from '@tenon/ui';

export function ApiKeysPage() {
  return (
    <Page title="API keys">
      <title>API keys · Tenon</title>
    </Page>
  );
}
