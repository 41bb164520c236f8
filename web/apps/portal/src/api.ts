// The portal's own calls to Tenon, with the user token that the framing page passed in.
import type { Account, InstallOptions } from './model';

export interface Problem {
  field: string;
  rule: string;
}

export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly problems: Problem[] = [],
  ) {
    super(message);
  }
}

export interface SessionState {
  status: 'unknown' | 'open' | 'answered' | 'consumed' | 'connected' | 'failed' | 'expired';
  connectCredentialId?: string;
  error?: { code: string; message: string };
}

export interface PortalFacts {
  originAllowed: boolean;
  projectName: string;
  ownOrigins: string[];
}

export interface BeginRequest {
  integrationId: string;
  sessionKey: string;
  fields: Record<string, string>;
  installOptions: InstallOptions;
  origin?: string;
  returnUrl?: string;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as {
    message?: string;
    code?: string;
    meta?: { problems?: Problem[] };
  };
  const words = body.message ?? `The server answered ${response.status}.`;
  return new ApiError(words, body.code ?? '', response.status, body.meta?.problems);
}

export class Api {
  constructor(
    private readonly projectId: string,
    private readonly token: string,
  ) {}

  async #call<T>(method: string, path: string, json?: object): Promise<T> {
    const response = await fetch(`/projects/${encodeURIComponent(this.projectId)}/sdk${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }).catch(() => {
      throw new ApiError('', 'unreachable', 0);
    });
    if (!response.ok) throw await errorOf(response);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  facts(origin: string): Promise<PortalFacts> {
    return this.#call('GET', `/portal?origin=${encodeURIComponent(origin)}`);
  }

  // Gives the address to open in a window.
  async begin(request: BeginRequest): Promise<string> {
    return (await this.#call<{ url: string }>('POST', '/connections', request)).url;
  }

  session(key: string): Promise<SessionState> {
    return this.#call('GET', `/actions/session-id/${key}`);
  }

  forgetSession(key: string): Promise<void> {
    return this.#call('DELETE', `/actions/session-id/${key}`);
  }

  connect(
    integrationId: string,
    payload: Record<string, string>,
    installOptions: InstallOptions,
  ): Promise<Account> {
    return this.#call('POST', '/credentials', {
      integrationId,
      payload,
      installOptions,
      config: {},
    });
  }
}
