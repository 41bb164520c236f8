// The one client of the platform API and the one cache of its answers.
import { QueryClient } from '@tanstack/react-query';
import { ApiClient, ApiError } from '@tenon/api-client';
import { askToSignInAgain } from './sign-in-gate';

export const api = new ApiClient({ signInAgain: askToSignInAgain });

const retriesMax = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only an unreachable or failing server is worth another try.
      retry: (failures, error) =>
        failures < retriesMax &&
        error instanceof ApiError &&
        (error.status === 0 || error.status >= 502),
    },
  },
});
