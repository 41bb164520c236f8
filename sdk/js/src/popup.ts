// One connection through the provider's page in a window that the product's page opens. Its end is
// asked of the server, so that closed windows and cut-off openers end in a result too; and told by
// the window itself, where the browser could not prove who opened it.
import { popupBlocked, popupTimedOut, RequestError, TenonError } from './errors.js';
import type { Transport } from './transport.js';
import type { Credential, Integration } from './types.js';

const pollMs = 1000;
// A window that looks closed may only be cut off from its opener, so the server is asked this often
// more before it counts as given up.
const asksAfterClosed = 5;

export interface PopupRequest {
  transport: Transport;
  integration: Integration;
  fields: Record<string, unknown>;
  installOptions: Record<string, unknown>;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

interface Session {
  status: string;
  connectCredentialId?: string;
  error?: { code: string; message: string };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// Must run inside the click.
export function connectByPopup(request: PopupRequest): Promise<Credential> {
  const popup = window.open('about:blank', '_blank', 'popup,width=560,height=720');
  return new Popup(request, popup).run();
}

class Popup {
  #key = crypto.randomUUID();
  #claimed: Credential | undefined;
  #told: Error | undefined;

  constructor(
    private readonly request: PopupRequest,
    private readonly popup: Window | null,
  ) {}

  async run(): Promise<Credential> {
    const { transport, timeoutMs } = this.request;
    if (!this.popup) throw popupBlocked();
    const listener = (event: MessageEvent) => void this.#hear(event);
    window.addEventListener('message', listener);
    try {
      const url = await this.#begin();
      this.popup.location.href = url;
      const id = await this.#end(Date.now() + (timeoutMs ?? Infinity));
      if (this.#claimed) return this.#claimed;
      return await transport.json<Credential>(`/sdk/credentials/${id}`);
    } finally {
      window.removeEventListener('message', listener);
      this.popup?.close();
    }
  }

  async #begin(): Promise<string> {
    const { transport, integration, fields, installOptions } = this.request;
    const json = {
      integrationId: integration.id,
      sessionKey: this.#key,
      origin: location.origin,
      fields,
      installOptions,
    };
    const begun = { method: 'POST', json };
    return (await transport.json<{ url: string }>('/sdk/connections', begun)).url;
  }

  async #hear(event: MessageEvent): Promise<void> {
    if (event.source !== this.popup || this.popup === null) return;
    const tenon = new URL(this.request.transport.address('ZEUS_PUBLIC_URL')).origin;
    if (event.origin !== tenon) return;
    const data = event.data as { type?: string; credential?: { payload?: object } };
    if (data.type === 'tenon_connect_start') {
      const answer = { type: 'tenon_connect_confirm', sessionKey: this.#key };
      this.popup.postMessage(answer, event.origin);
    } else if (data.type === 'oauth_success_callback') {
      await this.#claim(data.credential?.payload ?? {});
    }
  }

  async #claim(payload: object): Promise<void> {
    const { transport, integration, installOptions } = this.request;
    const json = { integrationId: integration.id, payload, installOptions, config: {} };
    try {
      this.#claimed = await transport.json('/sdk/credentials', { method: 'POST', json });
    } catch (error) {
      this.#told = error as Error;
    }
  }

  async #end(until: number): Promise<string> {
    let asksLeft = asksAfterClosed;
    for (;;) {
      await wait(pollMs);
      if (this.#told) throw this.#told;
      if (this.#claimed) return this.#claimed.id;
      if (this.request.signal?.aborted) throw new TenonError('CancelledError', 'Cancelled.');
      const session = await this.#ask();
      if (session?.connectCredentialId) return session.connectCredentialId;
      if (session?.status === 'failed' || session?.status === 'expired') throw failure(session);
      if (Date.now() > until) throw popupTimedOut();
      if (this.popup?.closed && session?.status === 'open') asksLeft -= 1;
      if (asksLeft === 0 && !document.hidden) throw closed();
    }
  }

  async #ask(): Promise<Session | undefined> {
    try {
      return await this.request.transport.json<Session>(`/sdk/actions/session-id/${this.#key}`);
    } catch (error) {
      if (error instanceof RequestError && error.status < 500) throw error;
      return undefined; // out of reach for a moment
    }
  }
}

const closed = () =>
  new TenonError('OAuthClosedError', 'The window was closed before the account was connected.');

function failure(session: Session): Error {
  if (session.status === 'expired') return popupTimedOut();
  const { code = '', message = 'The account was not connected.' } = session.error ?? {};
  return new RequestError(code, message, 422, {
    code,
    message,
    meta: { isIntegrationError: true },
  });
}
