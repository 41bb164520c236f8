// Environment secrets.
import { Page } from '@tenon/ui';

export function SecretsPage() {
  return (
    <Page title="Environment secrets">
      <title>Environment secrets · Tenon</title>
    </Page>
  );
}
