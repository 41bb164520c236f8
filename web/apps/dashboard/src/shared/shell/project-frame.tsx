// A project's pages, or word that there is no such project for this account.
import { Link, Outlet, getRouteApi } from '@tanstack/react-router';
import { EmptyState, buttonClass } from '@tenon/ui';

const route = getRouteApi('/signed-in/p/$projectId');

export function ProjectFrame() {
  const { project } = route.useLoaderData();
  if (project) return <Outlet />;
  return (
    <div className="tn-page tn-page-narrow">
      <title>No such project · Tenon</title>
      <EmptyState
        isPage
        title="You do not work on this project"
        icon="lock"
        action={
          <Link to="/" className={buttonClass('primary')}>
            Go to your projects
          </Link>
        }
      >
        It does not exist, or nobody has invited this account to it.
      </EmptyState>
    </div>
  );
}
