// A thin client of the platform API: typed by the contract, sends the session's CSRF token with every change, and
// asks once for a new sign-in when the session has ended, so that what somebody typed is sent after all.
import { ApiError, errorOf, unreachable } from './api-error';
import type { InputOf, Method, OperationOf, PathsOf, ResultOf } from './operations';

export interface ApiClientHooks {
  // The session has ended. Resolves true when somebody has signed in again; false leaves the error to the caller.
  signInAgain?: () => Promise<boolean>;
}

interface Call {
  method: Method;
  path: string;
  input: {
    path?: Record<string, unknown> | undefined;
    query?: Record<string, unknown> | undefined;
    body?: unknown;
    signal?: AbortSignal | undefined;
  };
}

// These answer 401 for wrong words of the person who asks, not for a session that ended.
const callsWithoutSession = ['/api/v1/session', '/api/v1/setup', '/api/v1/invitations/accept'];

export function addressOf({ path, input }: Call): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(input.path?.[name] ?? '')),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get('Content-Type') ?? '';
  return type.includes('json') ? response.json() : response.text();
}

export class ApiClient {
  private csrfToken = '';

  constructor(private readonly hooks: ApiClientHooks = {}) {}

  // From the answer that began or described the session.
  useSession(session: { csrfToken: string }): void {
    this.csrfToken = session.csrfToken;
  }

  get<P extends PathsOf<'get'>>(
    path: P,
    input: InputOf<OperationOf<P, 'get'>>,
  ): Promise<ResultOf<OperationOf<P, 'get'>>> {
    return this.run({ method: 'get', path, input: input as Call['input'] });
  }
  post<P extends PathsOf<'post'>>(
    path: P,
    input: InputOf<OperationOf<P, 'post'>>,
  ): Promise<ResultOf<OperationOf<P, 'post'>>> {
    return this.run({ method: 'post', path, input: input as Call['input'] });
  }
  put<P extends PathsOf<'put'>>(
    path: P,
    input: InputOf<OperationOf<P, 'put'>>,
  ): Promise<ResultOf<OperationOf<P, 'put'>>> {
    return this.run({ method: 'put', path, input: input as Call['input'] });
  }
  patch<P extends PathsOf<'patch'>>(
    path: P,
    input: InputOf<OperationOf<P, 'patch'>>,
  ): Promise<ResultOf<OperationOf<P, 'patch'>>> {
    return this.run({ method: 'patch', path, input: input as Call['input'] });
  }
  delete<P extends PathsOf<'delete'>>(
    path: P,
    input: InputOf<OperationOf<P, 'delete'>>,
  ): Promise<ResultOf<OperationOf<P, 'delete'>>> {
    return this.run({ method: 'delete', path, input: input as Call['input'] });
  }

  // Another way in to this server with the session's cookie, such as a body that is not JSON.
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (init.method && init.method !== 'GET') headers.set('X-Tenon-CSRF', this.csrfToken);
    try {
      return await fetch(path, { ...init, headers, credentials: 'same-origin' });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw unreachable();
    }
  }

  private async run<T>(call: Call): Promise<T> {
    let response = await this.sendCall(call);
    if (!response.ok && (await this.isWorthAnotherTry(call, response))) {
      response = await this.sendCall(call);
    }
    if (!response.ok) throw await errorOf(response);
    return (await readBody(response)) as T;
  }

  private sendCall(call: Call): Promise<Response> {
    const { body, signal } = call.input;
    return this.send(addressOf(call), {
      method: call.method.toUpperCase(),
      ...(signal ? { signal } : {}),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
  }

  // Somebody signed in again here, or in another tab, which leaves this one with an old CSRF token.
  private async isWorthAnotherTry(call: Call, response: Response): Promise<boolean> {
    if (callsWithoutSession.includes(call.path)) return false;
    if (response.status === 401) return (await this.hooks.signInAgain?.()) ?? false;
    if (response.status !== 403) return false;
    const { code } = await errorOf(response.clone());
    if (code !== 'auth.csrf') return false;
    try {
      this.useSession(await this.get('/api/v1/session', {}));
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }
}
