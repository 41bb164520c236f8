// Settings of a project, one page a matter.
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { projectRoute } from '../../shared/routes';

const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('./settings-frame'), 'SettingsFrame'),
});

const startRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({
      to: '/p/$projectId/settings/sdk',
      params: params as { projectId: string },
      replace: true,
    });
  },
});
const sdkRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'sdk',
  component: lazyRouteComponent(() => import('./sdk-page'), 'SdkPage'),
});
const apiKeysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'api-keys',
  component: lazyRouteComponent(() => import('./api-keys-page'), 'ApiKeysPage'),
});
const secretsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'secrets',
  component: lazyRouteComponent(() => import('./secrets-page'), 'SecretsPage'),
});
const membersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'members',
  component: lazyRouteComponent(() => import('./members-page'), 'MembersPage'),
});
const projectSettingsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'project',
  component: lazyRouteComponent(() => import('./project-page'), 'ProjectPage'),
});
const auditRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: 'audit-log',
  component: lazyRouteComponent(() => import('./audit-page'), 'AuditPage'),
});

export const settingsRoutes = [
  settingsRoute.addChildren([
    startRoute,
    sdkRoute,
    apiKeysRoute,
    secretsRoute,
    membersRoute,
    projectSettingsRoute,
    auditRoute,
  ]),
];
