// The project whose pages are shown.
import { getRouteApi } from '@tanstack/react-router';
import type { OwnProject } from './session';

const route = getRouteApi('/signed-in/p/$projectId');

export function useProjectId(): string {
  return route.useParams({ select: (params) => params.projectId });
}

export function useProject(): OwnProject | undefined {
  return route.useLoaderData({ select: (data) => data.project });
}
