// Who is signed in, on which projects they work, and what their role allows there (server/accounts/roles.cpp).
import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { ApiError, type Schema } from '@tenon/api-client';
import { showToast } from '@tenon/ui';
import { api, queryClient } from './api';

export type Role = Schema<'Role'>;
export type OwnProject = Schema<'OwnProject'>;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await api.get('/api/v1/session', {});
    api.useSession(session);
    return session;
  },
  staleTime: Infinity,
});

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await api.get('/api/v1/projects', {})).items,
  staleTime: 60_000,
});

export async function signIn(email: string, password: string): Promise<void> {
  const session = await api.post('/api/v1/session', { body: { email, password } });
  api.useSession(session);
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

// Ends the session and forgets everything that was seen in it. A session that had ended already is no problem; a server
// that does not answer is, for then the session would live on.
export async function signOut(): Promise<void> {
  try {
    await api.delete('/api/v1/session', {});
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) {
      showToast({ text: error instanceof Error ? error.message : String(error), tone: 'bad' });
      return;
    }
  }
  queryClient.clear();
  window.location.assign('/sign-in');
}

export function useAccount(): Schema<'Account'> {
  return useSuspenseQuery(sessionQuery).data.account;
}

const lastProjectKey = 'tenon.project';

export function rememberProject(id: string): void {
  try {
    localStorage.setItem(lastProjectKey, id);
  } catch {
    // Then the first project opens next time.
  }
}

export function rememberedProject(projects: readonly OwnProject[]): OwnProject | undefined {
  let id: string | null = null;
  try {
    id = localStorage.getItem(lastProjectKey);
  } catch {
    id = null;
  }
  return projects.find((project) => project.id === id) ?? projects[0];
}

const allowed = {
  editIntegrations: ['member', 'admin'],
  editUsers: ['member', 'admin'],
  manageSecrets: ['member', 'admin'],
  manageProject: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof allowed;

export function roleAllows(role: Role | undefined, permission: Permission): boolean {
  return role !== undefined && (allowed[permission] as readonly Role[]).includes(role);
}

// What the signed-in developer may do in this project. The server checks again.
export function useMay(projectId: string): (permission: Permission) => boolean {
  const { data } = useQuery(projectsQuery);
  const role = data?.find((project) => project.id === projectId)?.role;
  return (permission) => roleAllows(role, permission);
}
