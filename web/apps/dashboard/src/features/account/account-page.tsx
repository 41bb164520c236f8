// The developer's own account.
import { Page } from '@tenon/ui';

export function AccountPage() {
  return (
    <Page title="Your account">
      <title>Your account · Tenon</title>
    </Page>
  );
}
