// Who changed what.
import { Page } from '@tenon/ui';

export function AuditPage() {
  return (
    <Page title="Audit log">
      <title>Audit log · Tenon</title>
    </Page>
  );
}
