// Members and invitations.
import { Page } from '@tenon/ui';

export function MembersPage() {
  return (
    <Page title="Members">
      <title>Members · Tenon</title>
    </Page>
  );
}
