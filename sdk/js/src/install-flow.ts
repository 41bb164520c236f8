// Headless installation, stage by stage: the product draws each stage and says when it is done.
import { fieldsOf } from './catalog.js';
import { noActiveFlow, notHeadless } from './errors.js';
import type {
  InstallErrorContext,
  InstallEvent,
  InstallFlowOptions,
  InstallOptions,
  InstallStage,
  Integration,
} from './types.js';

// What the flow needs of the client.
export interface Installer {
  start(type: string, options?: InstallOptions): Integration;
  byFields(
    integration: Integration,
    fields: Record<string, unknown>,
    options: InstallOptions,
  ): Promise<InstallEvent>;
  byPopup(
    integration: Integration,
    fields: Record<string, unknown>,
    options: InstallOptions,
    signal: AbortSignal,
  ): Promise<InstallEvent>;
}

interface Active {
  integration: Integration;
  options: InstallFlowOptions;
  accountType: string | null;
  preOptions: Record<string, unknown> | null;
  postOptions: Record<string, unknown> | null;
  event: InstallEvent | undefined;
  stop: AbortController;
}

export class InstallFlow {
  isAllowed: () => boolean = () => true;
  #active: Active | undefined;

  constructor(private readonly installer: Installer) {}

  start(type: string, options: InstallFlowOptions = {}): void {
    this.#active?.stop.abort();
    this.#active = undefined;
    try {
      if (!this.isAllowed()) throw notHeadless();
      this.#active = {
        integration: this.installer.start(type, options),
        options,
        accountType: null,
        preOptions: null,
        postOptions: null,
        event: undefined,
        stop: new AbortController(),
      };
      this.#report();
    } catch (error) {
      options.onError?.(error as Error, null);
    }
  }

  // The stage that is to be done now. In the stage "oauth", call it in a click: it opens the window.
  next(): InstallStage {
    const active = this.#get();
    const stage = this.#stage(active);
    if (stage.stage === 'oauth') void this.#install(active, 'oauth');
    return stage;
  }

  async setAccountType(accountType: string): Promise<void> {
    this.#get().accountType = accountType;
    this.#report();
  }

  async setPreOptions(options: Record<string, unknown>): Promise<void> {
    const active = this.#get();
    active.preOptions = options;
    if (active.integration.authenticationType === 'oauth') this.#report();
    else await this.#install(active, 'preOptions');
  }

  async setPostOptions(options: Record<string, unknown>): Promise<void> {
    this.#get().postOptions = options;
    this.#report();
  }

  getAccountTypeValue = (): string | null => this.#get().accountType;
  getPreOptionsValue = (): Record<string, unknown> | null => this.#get().preOptions;
  getPostOptionsValue = (): Record<string, unknown> | null => this.#get().postOptions;

  async cancel(): Promise<void> {
    this.#get().stop.abort();
    this.#active = undefined;
  }

  #get(): Active {
    if (!this.#active) throw noActiveFlow();
    return this.#active;
  }

  #stage({ integration, accountType, preOptions, postOptions, event }: Active): InstallStage {
    const accountTypes = integration.sdkIntegrationConfig?.accountTypes ?? [];
    if (accountTypes.length > 0 && accountType === null) {
      return { stage: 'accountType', options: accountTypes, done: false };
    }
    const fields = fieldsOf(integration);
    if (fields.length > 0 && preOptions === null) {
      return { stage: 'preOptions', options: fields, done: false };
    }
    if (!event) return { stage: 'oauth', done: false };
    const after = integration.sdkIntegrationConfig?.postOauthInputs ?? [];
    if (after.length > 0 && postOptions === null) {
      return { stage: 'postOptions', options: after, done: false };
    }
    return { stage: 'done', done: true };
  }

  #report(): void {
    const active = this.#get();
    const stage = this.#stage(active);
    active.options.onNext?.(stage);
    // The click that led here still counts, so the window may open at once.
    if (stage.stage === 'oauth' && this.#active === active) void this.#install(active, 'oauth');
    if (stage.stage !== 'done' || !active.event) return;
    active.options.onComplete?.(active.event);
    this.#active = undefined;
  }

  async #install(active: Active, stage: InstallErrorContext['stage']): Promise<void> {
    const { integration, options, preOptions } = active;
    try {
      active.event =
        integration.authenticationType === 'oauth'
          ? await this.installer.byPopup(
              integration,
              preOptions ?? {},
              options,
              active.stop.signal,
            )
          : await this.installer.byFields(integration, preOptions ?? {}, options);
      if (this.#active === active) this.#report();
    } catch (error) {
      if (this.#active === active) options.onError?.(error as Error, { stage });
    }
  }
}
