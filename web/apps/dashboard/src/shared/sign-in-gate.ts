// Calls that met the end of the session wait here until somebody has signed in again, or would rather not. All calls
// of one ending wait for the same answer.
type Listener = () => void;

let waiting: { promise: Promise<boolean>; resolve: (signedIn: boolean) => void } | undefined;
const listeners = new Set<Listener>();

function notify(): void {
  for (const listener of listeners) listener();
}

export function askToSignInAgain(): Promise<boolean> {
  if (!waiting) {
    let resolve: (signedIn: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolvePromise) => {
      resolve = resolvePromise;
    });
    waiting = { promise, resolve };
    notify();
  }
  return waiting.promise;
}

export function answerGate(signedIn: boolean): void {
  const { resolve } = waiting ?? {};
  waiting = undefined;
  notify();
  resolve?.(signedIn);
}

export function isGateOpen(): boolean {
  return waiting !== undefined;
}

export function subscribeToGate(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
