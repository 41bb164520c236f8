// What stands where content will be: nothing yet, a failure, still loading.
import type { ReactNode } from 'react';
import { Button } from './button';
import { Icon, type IconName } from './icon';
import './styles/states.css';

export interface EmptyStateProps {
  title: string;
  icon?: IconName;
  // One or two sentences that teach what this is for.
  children?: ReactNode;
  action?: ReactNode;
  // Whether it is all there is, so that its title is the page's.
  isPage?: boolean;
}

export function EmptyState({ title, icon = 'grid', children, action, isPage }: EmptyStateProps) {
  return (
    <div className="tn-state">
      <span className="tn-state-icon">
        <Icon name={icon} size={26} />
      </span>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children ? <div className="tn-state-text">{children}</div> : null}
      {action ? <div className="tn-state-action">{action}</div> : null}
    </div>
  );
}

export interface ErrorStateProps {
  title?: string;
  error: unknown;
  onRetry?: () => void;
  action?: ReactNode;
  isPage?: boolean;
}

export function ErrorState({
  title = 'This could not be loaded',
  error,
  onRetry,
  action,
  isPage,
}: ErrorStateProps) {
  return (
    <div className="tn-state" role="alert">
      <span className="tn-state-icon tn-state-icon-bad">
        <Icon name="alert" size={26} />
      </span>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      <p className="tn-state-text">{error instanceof Error ? error.message : String(error)}</p>
      <div className="tn-state-action">
        {onRetry ? (
          <Button icon="refresh" onPress={onRetry}>
            Try again
          </Button>
        ) : null}
        {action}
      </div>
    </div>
  );
}

// Grey bars in the shape of what comes: `lines` of text, or one block of `height`.
export function Skeleton({ lines = 3, height }: { lines?: number; height?: string }) {
  return (
    <div className="tn-skeleton" role="status">
      <span className="tn-hidden">Loading</span>
      {height ? (
        <div className="tn-skeleton-bar" style={{ height }} />
      ) : (
        Array.from({ length: lines }, (_, line) => <div key={line} className="tn-skeleton-bar" />)
      )}
    </div>
  );
}
