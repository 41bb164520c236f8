// What the pages of connected users read.
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api';

export const pageRows = 50;

export const usersQuery = (projectId: string, search: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['users', projectId, search, cursor ?? ''],
    queryFn: () =>
      api.get('/api/v1/projects/{projectId}/users', {
        path: { projectId },
        query: { limit: pageRows, ...(search ? { search } : {}), ...(cursor ? { cursor } : {}) },
      }),
  });

export const userQuery = (projectId: string, userId: string) =>
  queryOptions({
    queryKey: ['user', projectId, userId],
    queryFn: () =>
      api.get('/api/v1/projects/{projectId}/users/{userId}', { path: { projectId, userId } }),
  });

const credentialsMax = 200;

export const credentialsQuery = (projectId: string, userId: string) =>
  queryOptions({
    queryKey: ['credentials', projectId, userId],
    queryFn: async () =>
      (
        await api.get('/api/v1/projects/{projectId}/credentials', {
          path: { projectId },
          query: { userId, limit: credentialsMax },
        })
      ).items,
  });

// Names of the project's integrations by id.
export const integrationNamesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['integration-names', projectId],
    queryFn: async () => {
      const { items } = await api.get('/api/v1/projects/{projectId}/integrations', {
        path: { projectId },
        query: { limit: 200 },
      });
      return new Map(items.map((integration) => [integration.id, integration]));
    },
    staleTime: 60_000,
  });
