// One way through the provider's page. It never hangs: the end comes by postMessage or by asking the
// server, so policies that cut the opener off, closed windows, slow people and suspended tabs all
// end in a state that the view can show.
import { ApiError, type Api, type SessionState } from './api';
import type { InstallOptions } from './model';

export type FlowState =
  | { name: 'opening' }
  | { name: 'waiting'; url: string }
  | { name: 'blocked'; url: string }
  | { name: 'closed'; url: string }
  | { name: 'finishing' }
  | { name: 'connected'; credentialId: string }
  | { name: 'failed'; code: string; message: string };

export interface FlowRequest {
  api: Api;
  integrationId: string;
  fields: Record<string, string>;
  installOptions: InstallOptions;
  // The portal's own origin, when the last page may tell it; empty: it asks the server only.
  origin: string;
}

const pollMs = 1000;
// A provider that cuts its opener off makes the window look closed at once; two looks tell less
// often a wrong thing.
const looksUntilClosed = 2;

export class PopupFlow {
  readonly sessionKey = crypto.randomUUID();
  #popup: Window | null = null;
  #url = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looksClosed = 0;
  #isOver = false;
  #isAsking = false;
  #request: FlowRequest;
  #report: (state: FlowState) => void;

  constructor(request: FlowRequest, report: (state: FlowState) => void) {
    this.#request = request;
    this.#report = report;
  }

  // Must run inside the click, or the window counts as unwanted.
  async start(): Promise<void> {
    this.#report({ name: 'opening' });
    this.#openWindow('about:blank');
    window.addEventListener('message', this.#onMessage);
    document.addEventListener('visibilitychange', this.#askNow);
    window.addEventListener('focus', this.#askNow);
    try {
      const { api, origin, ...request } = this.#request;
      const begin = { ...request, sessionKey: this.sessionKey };
      this.#url = await api.begin(origin === '' ? begin : { ...begin, origin });
    } catch (error) {
      this.#popup?.close();
      this.#fail(error);
      return;
    }
    if (!this.#popup) {
      this.#report({ name: 'blocked', url: this.#url });
    } else if (this.#popup.closed) {
      this.#report({ name: 'closed', url: this.#url });
    } else {
      this.#popup.location.href = this.#url;
      this.#report({ name: 'waiting', url: this.#url });
    }
    this.#schedule();
  }

  // Again inside a click; the same attempt goes on.
  reopen(): void {
    this.#openWindow(this.#url);
    this.#looksClosed = 0;
    this.#report({ name: this.#popup ? 'waiting' : 'blocked', url: this.#url });
  }

  cancel(): void {
    this.#end();
    this.#popup?.close();
  }

  #openWindow(url: string): void {
    // A size is a wish only; phones open a tab.
    this.#popup = window.open(url, `tenon-${this.sessionKey}`, 'popup,width=560,height=720');
  }

  #onMessage = (event: MessageEvent): void => {
    const type = (event.data as { type?: string } | null)?.type ?? '';
    const isEnd = type === 'tenon_connect_end' || type.startsWith('oauth_');
    if (event.origin === location.origin && event.source === this.#popup && isEnd) this.#askNow();
  };

  #askNow = (): void => {
    if (!this.#isOver && this.#url !== '' && document.visibilityState === 'visible')
      void this.#ask();
  };

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(() => void this.#ask(), pollMs);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#judge(await this.#request.api.session(this.sessionKey));
    } catch (error) {
      // A server out of reach for a moment must not end an attempt that goes on elsewhere.
      if (error instanceof ApiError && error.status === 401) this.#fail(error);
    } finally {
      this.#isAsking = false;
      this.#schedule();
    }
  }

  #judge(session: SessionState): void {
    if (this.#isOver) return;
    if (session.status === 'connected' && session.connectCredentialId) {
      this.#end();
      this.#popup?.close();
      this.#report({ name: 'connected', credentialId: session.connectCredentialId });
    } else if (session.status === 'failed') {
      this.#fail(new ApiError(session.error?.message ?? '', session.error?.code ?? '', 0));
    } else if (session.status === 'expired' || session.status === 'unknown') {
      this.#fail(new ApiError('', 'expired', 0));
    } else if (session.status === 'consumed') {
      this.#report({ name: 'finishing' });
    } else if (this.#popup?.closed) {
      this.#looksClosed += 1;
      if (this.#looksClosed === looksUntilClosed) this.#report({ name: 'closed', url: this.#url });
    }
  }

  #fail(error: unknown): void {
    this.#end();
    const { code, message } =
      error instanceof ApiError ? error : { code: '', message: String(error) };
    this.#report({ name: 'failed', code, message });
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    window.removeEventListener('message', this.#onMessage);
    document.removeEventListener('visibilitychange', this.#askNow);
    window.removeEventListener('focus', this.#askNow);
  }
}
