// What surrounds every page: server data, routing, the question to sign in again, toasts.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Toasts } from '@tenon/ui';
import { queryClient } from '../shared/api';
import { SignInAgain } from '../shared/sign-in-again';
import { router } from './router';

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <SignInAgain />
      <Toasts />
    </QueryClientProvider>
  );
}
