// The integrations of a project.
import { EmptyState, Page } from '@tenon/ui';

export function CatalogPage() {
  return (
    <Page title="Integrations">
      <title>Integrations · Tenon</title>
      <EmptyState title="No integrations yet" icon="grid">
        An integration says how to sign in to one provider and how to call its API.
      </EmptyState>
    </Page>
  );
}
