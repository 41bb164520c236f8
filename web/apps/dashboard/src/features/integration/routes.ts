// The pages of one integration.
import type { AnyRoute } from '@tanstack/react-router';

export const integrationRoutes: AnyRoute[] = [];
