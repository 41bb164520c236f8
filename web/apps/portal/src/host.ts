// The channel to the page that frames the portal. Messages are taken only from the parent window,
// and from then on only of the origin that the server allowed; answers go to that origin alone.
import type { HostState } from './model';

const answerTimeoutMs = 60_000;

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export class Host {
  origin = '';
  #waiting = new Map<string, Waiting>();
  #listener: (state: HostState, origin: string) => void;

  constructor(listener: (state: HostState, origin: string) => void) {
    this.#listener = listener;
    window.addEventListener('message', (event) => this.#receive(event));
  }

  #receive(event: MessageEvent): void {
    if (event.source !== window.parent || window.parent === window) return;
    if (this.origin !== '' && event.origin !== this.origin) return;
    const data = event.data as Record<string, unknown> | null;
    if (data === null || typeof data !== 'object') return;
    if (data.messageType === 'UI_UPDATE') {
      const { nextContext, nextModalState } = data as Record<string, object>;
      this.#listener({ context: nextContext ?? {}, modal: nextModalState ?? {} }, event.origin);
    }
    const waiting = this.#waiting.get(String(data.id));
    if (!waiting) return;
    this.#waiting.delete(String(data.id));
    if (data.messageType === 'SDK_FUNCTION_RESPONSE') waiting.resolve(data.result);
    else waiting.reject(new Error(String(data.message)));
  }

  // Calls a method of the client in the framing page.
  invoke(method: string, ...parameters: unknown[]): Promise<unknown> {
    const id = crypto.randomUUID();
    this.tell(this.origin, method, parameters, id);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      setTimeout(() => {
        if (this.#waiting.delete(id)) reject(new Error(`${method} was not answered`));
      }, answerTimeoutMs);
    });
  }

  tell(
    origin: string,
    method: string,
    parameters: unknown[],
    id: string = crypto.randomUUID(),
  ): void {
    if (origin === '') return;
    const message = { messageType: 'SDK_FUNCTION_INVOCATION', type: method, parameters, id };
    window.parent.postMessage(message, origin);
  }

  // What a page of the product in a popup asks its opener, which is the portal, to pass on.
  forward(message: object): void {
    if (this.origin !== '') window.parent.postMessage(message, this.origin);
  }
}
