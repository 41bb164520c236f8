// Events by name. A listener that throws does not keep the others from hearing.
import type { ConnectUser, EventName, Events, Listener } from './types.js';

const names = [
  'onIntegrationInstall',
  'onIntegrationUninstall',
  'onWorkflowChange',
  'onPortalOpen',
  'onPortalClose',
];

export class Emitter {
  #listeners = new Map<string, Set<(event: never, user: ConnectUser) => void>>();

  #of(name: string) {
    if (!names.includes(name)) throw new Error(`${name} is not valid paragon event`);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    return listeners;
  }

  // Gives a function that ends it.
  subscribe<Name extends EventName>(name: Name, listener: Listener<Name>): () => boolean {
    this.#of(name).add(listener);
    return () => this.unsubscribe(name, listener);
  }

  unsubscribe<Name extends EventName>(name: Name, listener: Listener<Name>): boolean {
    return this.#of(name).delete(listener);
  }

  protected emit<Name extends EventName>(
    name: Name,
    event: Events[Name],
    user: ConnectUser,
  ): void {
    for (const listener of [...this.#of(name)]) {
      try {
        (listener as Listener<Name>)(event, user);
      } catch (error) {
        console.error(error);
      }
    }
  }
}
