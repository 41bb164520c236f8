// Signing keys and try-out tokens.
import { Page } from '@tenon/ui';

export function SdkPage() {
  return (
    <Page title="SDK setup">
      <title>SDK setup · Tenon</title>
    </Page>
  );
}
