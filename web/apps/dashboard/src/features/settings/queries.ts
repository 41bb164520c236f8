// What Settings reads, each under its project.
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../shared/api';

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['project', projectId],
    queryFn: () => api.get('/api/v1/projects/{projectId}', { path: { projectId } }),
  });

export const signingKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['signing-keys', projectId],
    queryFn: async () =>
      (await api.get('/api/v1/projects/{projectId}/signing-keys', { path: { projectId } })).items,
  });

export const apiKeysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['api-keys', projectId],
    queryFn: async () =>
      (await api.get('/api/v1/projects/{projectId}/api-keys', { path: { projectId } })).items,
  });

export const secretsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['secrets', projectId],
    queryFn: async () =>
      (await api.get('/api/v1/projects/{projectId}/secrets', { path: { projectId } })).items,
  });

export const membersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['members', projectId],
    queryFn: async () =>
      (await api.get('/api/v1/projects/{projectId}/members', { path: { projectId } })).items,
  });

export const invitationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['invitations', projectId],
    queryFn: async () =>
      (await api.get('/api/v1/projects/{projectId}/invitations', { path: { projectId } })).items,
  });

export const auditQuery = (projectId: string, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['audit-log', projectId, cursor ?? ''],
    queryFn: () =>
      api.get('/api/v1/projects/{projectId}/audit-log', {
        path: { projectId },
        query: { limit: 50, ...(cursor ? { cursor } : {}) },
      }),
  });
