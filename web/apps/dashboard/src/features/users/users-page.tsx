// Connected users of a project.
import { Page } from '@tenon/ui';

export function UsersPage() {
  return (
    <Page title="Connected users">
      <title>Connected users · Tenon</title>
    </Page>
  );
}
