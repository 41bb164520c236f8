// The ways in: the start page, signing in, the set-up link, an invitation.
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ApiError } from '@tenon/api-client';
import { queryClient } from '../../shared/api';
import { rootRoute } from '../../shared/routes';
import { projectsQuery, rememberedProject, sessionQuery } from '../../shared/session';

// "/" leads to the project last worked on, and to the sign-in page for everybody else.
const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: async () => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: {}, replace: true });
    }
    const project = rememberedProject(await queryClient.ensureQueryData(projectsQuery));
    if (!project) throw redirect({ to: '/account', replace: true });
    throw redirect({
      to: '/p/$projectId/integrations',
      params: { projectId: project.id },
      replace: true,
    });
  },
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string } =>
    typeof search['next'] === 'string' ? { next: search['next'] } : {},
  component: lazyRouteComponent(() => import('./sign-in-page'), 'SignInPage'),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup/$token',
  component: lazyRouteComponent(() => import('./setup-page'), 'SetupPage'),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/join',
  component: lazyRouteComponent(() => import('./join-page'), 'JoinPage'),
});

export const welcomeRoutes = [homeRoute, signInRoute, setupRoute, joinRoute];
