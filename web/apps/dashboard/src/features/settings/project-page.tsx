// Name and allowed origins.
import { Page } from '@tenon/ui';

export function ProjectPage() {
  return (
    <Page title="Project">
      <title>Project · Tenon</title>
    </Page>
  );
}
