// The four-step builder.
import type { AnyRoute } from '@tanstack/react-router';

export const builderRoutes: AnyRoute[] = [];
