// Pages for addresses that lead nowhere and for faults of our own: always with a way out.
import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Button, EmptyState, ErrorState, buttonClass } from '@tenon/ui';
import './way-out.css';

function NotFound() {
  return (
    <>
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
    </>
  );
}

function Crash({ error, reset }: ErrorComponentProps) {
  return (
    <>
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
    </>
  );
}

// In the middle of the shell, and in its place.
export function NotFoundPart() {
  return (
    <div className="way-out">
      <NotFound />
    </div>
  );
}

export function NotFoundPage() {
  return (
    <main className="way-out">
      <NotFound />
    </main>
  );
}

export function CrashPart(props: ErrorComponentProps) {
  return (
    <div className="way-out">
      <Crash {...props} />
    </div>
  );
}

export function CrashPage(props: ErrorComponentProps) {
  return (
    <main className="way-out">
      <Crash {...props} />
    </main>
  );
}
