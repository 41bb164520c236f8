// Shows what a query brought, or that it is under way, or what went wrong and how to try again.
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '@tenon/api-client';
import { EmptyState, ErrorState, Skeleton } from '@tenon/ui';

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
  // In place of the grey bars.
  pending?: ReactNode;
}

export function Loaded<Data>({ query, children, pending }: LoadedProps<Data>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error instanceof ApiError && query.error.status === 403) {
    return (
      <EmptyState title="Only administrators see this" icon="lock">
        Ask an administrator of this project, or have them change your role under Members.
      </EmptyState>
    );
  }
  if (query.error) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <>{pending ?? <Skeleton lines={4} />}</>;
}
