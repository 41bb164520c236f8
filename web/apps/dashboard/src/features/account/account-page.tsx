// The developer's own account: password, sessions, projects.
import { useAccount } from '../../shared/session';
import { Page, Section } from '@tenon/ui';
import { ChangePassword } from './change-password';
import { Projects } from './projects';
import { Sessions } from './sessions';

export function AccountPage() {
  const account = useAccount();
  return (
    <Page title="Your account" lead={account.email} width="narrow">
      <title>Your account · Tenon</title>
      <Projects />
      <Section title="Password" text="Changing it ends your sessions everywhere else.">
        <ChangePassword />
      </Section>
      <Section title="Sessions" text="Where you are signed in. End what you do not recognise.">
        <Sessions />
      </Section>
    </Page>
  );
}
