// All pages, feature by feature. A feature's routes.ts names its addresses and loads its code when it is asked for.
import { createRouter } from '@tanstack/react-router';
import { accountRoutes } from '../features/account/routes';
import { builderRoutes } from '../features/builder/routes';
import { catalogRoutes } from '../features/catalog/routes';
import { integrationRoutes } from '../features/integration/routes';
import { settingsRoutes } from '../features/settings/routes';
import { userRoutes } from '../features/users/routes';
import { welcomeRoutes } from '../features/welcome/routes';
import { projectRoute, rootRoute, signedInRoute } from '../shared/routes';
import { CrashPart, NotFoundPart } from '../shared/way-out';

const routeTree = rootRoute.addChildren([
  ...welcomeRoutes,
  signedInRoute.addChildren([
    ...accountRoutes,
    projectRoute.addChildren([
      ...catalogRoutes,
      ...builderRoutes,
      ...integrationRoutes,
      ...userRoutes,
      ...settingsRoutes,
    ]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultNotFoundComponent: NotFoundPart,
  defaultErrorComponent: CrashPart,
  // TanStack Query decides what is fresh.
  defaultPreloadStaleTime: 0,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
