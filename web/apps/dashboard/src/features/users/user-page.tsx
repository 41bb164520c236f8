// One connected user.
import { Page } from '@tenon/ui';

export function UserPage() {
  return (
    <Page title="Connected user">
      <title>Connected user · Tenon</title>
    </Page>
  );
}
