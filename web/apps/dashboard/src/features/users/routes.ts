// Connected users of a project.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '../../shared/routes';

export const userRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'users',
    component: lazyRouteComponent(() => import('./users-page'), 'UsersPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'users/$userId',
    component: lazyRouteComponent(() => import('./user-page'), 'UserPage'),
  }),
];
