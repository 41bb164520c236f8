// Pages for addresses that lead nowhere and for faults of our own: always with a way out.
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Button, EmptyState, ErrorState, buttonClass } from '@tenon/ui';
import './way-out.css';

export function NotFoundPage() {
  return (
    <div className="way-out">
      <title>Not found · Tenon</title>
      <EmptyState
        isPage
        title="There is nothing at this address"
        icon="search"
        action={
          <Link to="/" className={buttonClass('primary')}>
            Go to the dashboard
          </Link>
        }
      >
        The link may be old or mistyped, or what it led to has been deleted.
      </EmptyState>
    </div>
  );
}

export function CrashPage({ error, reset }: ErrorComponentProps) {
  return (
    <div className="way-out">
      <title>Something went wrong · Tenon</title>
      <ErrorState
        isPage
        title="Something went wrong on this page"
        error={error}
        action={
          <>
            <Button variant="primary" icon="refresh" onPress={reset}>
              Try again
            </Button>
            <a href="/" className={buttonClass('secondary')}>
              Go to the dashboard
            </a>
          </>
        }
      />
    </div>
  );
}
