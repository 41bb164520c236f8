// The catalog of integrations.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '../../shared/routes';

export const catalogRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'integrations',
    component: lazyRouteComponent(() => import('./catalog-page'), 'CatalogPage'),
  }),
];
