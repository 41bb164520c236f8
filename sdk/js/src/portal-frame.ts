// The Connect Portal in an iframe over the page, or in the element with the id
// tenon-connect-frame-container. It may call the methods that it is given, and nothing else.
import { portalUnreachable } from './errors.js';

const containerIds = ['tenon-connect-frame-container', 'paragon-connect-frame-container'];
// A frame that the browser refuses to show says nothing, so silence is what tells.
const patienceMs = 10_000;

export type Methods = Record<string, (...parameters: never[]) => unknown>;

interface Invocation {
  messageType?: string;
  type?: string;
  id?: string;
  parameters?: never[];
}

export class PortalFrame {
  #frame: HTMLIFrameElement | undefined;
  #address = '';
  #isLoaded = false;
  #state: () => object;
  #methods: Methods;
  #alarm: ReturnType<typeof setTimeout> | undefined;
  onUnreachable: (error: Error) => void = () => {};

  constructor(state: () => object, methods: Methods) {
    this.#state = state;
    this.#methods = methods;
    if (typeof window !== 'undefined') {
      window.addEventListener('message', (event) => void this.#receive(event));
    }
  }

  // Loads the frame ahead of time, so that the portal opens at once.
  load(portalAddress: string, projectId: string): void {
    const address = `${portalAddress}/ui?projectId=${encodeURIComponent(projectId)}`;
    if (this.#frame && address === this.#address) return;
    this.remove();
    this.#address = address;
    const container = containerIds.map((id) => document.getElementById(id)).find(Boolean);
    const frame = document.createElement('iframe');
    frame.id = 'tenon-connect-frame';
    frame.title = 'Connect';
    frame.allow = 'clipboard-write';
    frame.src = address;
    const size = container
      ? 'position:absolute;width:100%;height:100%'
      : 'position:fixed;width:100vw;height:100vh';
    frame.style.cssText = `${size};inset:0;border:0;z-index:2147483647;display:none;color-scheme:normal`;
    frame.addEventListener('load', () => {
      this.#isLoaded = true;
      this.update();
    });
    (container ?? document.body).append(frame);
    this.#frame = frame;
  }

  remove(): void {
    this.#frame?.remove();
    this.#frame = undefined;
    this.#isLoaded = false;
  }

  update(): void {
    if (!this.#frame || !this.#isLoaded) return;
    const message = { messageType: 'UI_UPDATE', ...this.#state() };
    this.#frame.contentWindow?.postMessage(message, new URL(this.#address).origin);
  }

  // From now on the frame must show itself soon.
  expect(): void {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(
      () => this.onUnreachable(portalUnreachable(this.#address, location.origin)),
      patienceMs,
    );
  }

  show(isShown: boolean): void {
    clearTimeout(this.#alarm);
    if (!this.#frame) return;
    this.#frame.style.display = isShown ? 'block' : 'none';
    if (isShown) this.#frame.focus();
  }

  async #receive(event: MessageEvent): Promise<void> {
    const frame = this.#frame?.contentWindow;
    const call = event.data as Invocation | null;
    if (!frame || event.source !== frame || event.origin !== new URL(this.#address).origin) return;
    if (call?.messageType !== 'SDK_FUNCTION_INVOCATION') return;
    const { id, type = '' } = call;
    const answer = (message: object) => frame.postMessage({ id, ...message }, event.origin);
    try {
      const method = Object.hasOwn(this.#methods, type) ? this.#methods[type] : undefined;
      if (!method) throw new Error(`${type} is no method of the portal`);
      const result = await method(...(call.parameters ?? []));
      answer({ messageType: 'SDK_FUNCTION_RESPONSE', type, result });
    } catch (error) {
      const { message } = error as Error;
      answer({ messageType: 'SDK_FUNCTION_ERROR', error: true, message });
    }
  }
}
