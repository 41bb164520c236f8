// The routes that features hang their own on: the root, everything behind a sign-in, and one project.
import {
  createRootRoute,
  createRoute,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { ApiError } from '@tenon/api-client';
import { queryClient } from './api';
import { projectsQuery, rememberProject, sessionQuery } from './session';
import { CrashPage, NotFoundPage } from './way-out';

export const rootRoute = createRootRoute({
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

// Sends whoever is not signed in to the sign-in page, and back here afterwards.
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    }
  },
  loader: () => queryClient.ensureQueryData(projectsQuery),
  component: lazyRouteComponent(() => import('./shell/shell'), 'Shell'),
  errorComponent: CrashPage,
});

// /p/<project id>/…: useParams of any child has projectId.
export const projectRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$projectId',
  loader: async ({ params }) => {
    const projects = await queryClient.ensureQueryData(projectsQuery);
    const project = projects.find(({ id }) => id === params.projectId);
    if (project) rememberProject(project.id);
    return { project };
  },
  component: lazyRouteComponent(() => import('./shell/project-frame'), 'ProjectFrame'),
});
