// What the portal is doing: which screen, which account, what went wrong. Views draw it and call its
// verbs; it speaks to the framing page (Host) and to Tenon (Api).
import { Api, ApiError, type PortalFacts, type Problem } from './api';
import { Host } from './host';
import {
  type Account,
  accountsOf,
  type HostState,
  type InstallOptions,
  isOauth,
  isShown,
  nameOf,
  pickedAccount,
  typeOf,
} from './model';
import { type FlowState, PopupFlow } from './popup-flow';

export type Screen = 'home' | 'form' | 'flow' | 'disconnect';

// What went wrong, in the provider's or Tenon's own words; `code` picks what to do about it.
export interface Trouble {
  code: string;
  words: string;
  problems: Problem[];
}

export interface View {
  screen: Screen;
  isBusy: boolean;
  notice: '' | 'connectedNow' | 'disconnected' | 'saved';
  trouble: Trouble | null;
  flow: FlowState | null;
  account: Account | undefined;
  // The account that is connected again, or nothing when a new one is added.
  renewed: Account | undefined;
  projectName: string;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) {
    const code = error.status === 401 ? 'signIn' : error.code;
    return { code, words: error.message, problems: error.problems };
  }
  const words = error instanceof Error ? error.message : String(error);
  // The framing page's client passes the whole answer on as its message.
  try {
    const body = JSON.parse(words) as { message?: string; code?: string };
    return { code: body.code ?? '', words: body.message ?? words, problems: [] };
  } catch {
    return { code: '', words, problems: [] };
  }
}

const fresh = (): View => ({
  screen: 'home',
  isBusy: false,
  notice: '',
  trouble: null,
  flow: null,
  account: undefined,
  renewed: undefined,
  projectName: '',
});

export class Controller {
  state: HostState | null = null;
  view: View = fresh();
  isOpen = false;
  onChange: () => void = () => {};
  #host: Host;
  #flow: PopupFlow | null = null;
  #flowFields: Record<string, string> = {};
  #facts = new Map<string, Promise<PortalFacts>>();
  #ownOrigins: string[] = [];
  #shownIntegration = '';

  constructor() {
    this.#host = new Host((state, origin) => void this.#take(state, origin));
  }

  get hostOrigin(): string {
    return this.#host.origin;
  }

  // ---- what the framing page says ----

  async #take(state: HostState, origin: string): Promise<void> {
    this.state = state;
    const { user, projectId } = state.context;
    if (!user?.token || !projectId) return this.#hide();
    const facts = await this.#readFacts(projectId, user.token, origin).catch(troubleOf);
    if (state !== this.state) return;
    if (!('originAllowed' in facts)) return this.#refuse(origin, facts.words);
    if (!facts.originAllowed) {
      const words = `The origin ${origin} is not one of the project's allowed origins.`;
      return this.#refuse(origin, words);
    }
    this.#host.origin = origin;
    this.#ownOrigins = facts.ownOrigins;
    this.view.projectName = facts.projectName;
    this.#follow(state);
  }

  // Asked once for a token, long before anybody opens the portal.
  #readFacts(projectId: string, token: string, origin: string): Promise<PortalFacts> {
    const key = `${projectId} ${origin} ${token}`;
    const known = this.#facts.get(key);
    if (known) return known;
    const asked = new Api(projectId, token).facts(origin);
    this.#facts.clear();
    this.#facts.set(key, asked);
    asked.catch(() => this.#facts.delete(key));
    return asked;
  }

  // Nothing is drawn; the product's developer is told by connect()'s rejection.
  #refuse(origin: string, words: string): void {
    const integration = this.state?.modal.integration;
    if (integration) this.#host.tell(origin, 'emitError', [words, typeOf(integration)]);
    this.#hide();
  }

  #follow(state: HostState): void {
    const { integration } = state.modal;
    if (!integration || !isShown(state)) return this.#hide();
    if (!this.isOpen || this.#shownIntegration !== integration.id) this.#open(integration.id);
    const accounts = accountsOf(state);
    const wanted = this.view.account?.id;
    this.view.account =
      accounts.find((a) => a.id === wanted) ?? pickedAccount(state) ?? accounts.at(0);
    if (state.modal.connectionError) this.view.trouble = this.#connectionTrouble();
    this.onChange();
  }

  #open(integrationId: string): void {
    this.#flow?.cancel();
    this.view = { ...fresh(), projectName: this.view.projectName };
    this.#shownIntegration = integrationId;
    this.isOpen = true;
    void this.#host.invoke('updateContainerStyle', { isModalShown: true });
    void this.#host.invoke('onOpen').catch(() => undefined);
  }

  #hide(): void {
    if (this.isOpen) void this.#host.invoke('updateContainerStyle', { isModalShown: false });
    this.#flow?.cancel();
    this.isOpen = false;
    this.onChange();
  }

  #connectionTrouble(): Trouble {
    const error = this.state?.modal.connectionError;
    const words =
      typeof error === 'string' ? error : (error?.message ?? String(error?.error ?? ''));
    return troubleOf(new Error(words));
  }

  // ---- verbs of the views ----

  #change(changes: Partial<View>): void {
    this.view = { ...this.view, ...changes };
    this.onChange();
  }

  get #context() {
    const { context, modal } = this.state as HostState;
    const integration = modal.integration as NonNullable<typeof modal.integration>;
    const api = new Api(context.projectId ?? '', context.user?.token ?? '');
    return { api, context, integration, type: typeOf(integration) };
  }

  #installOptions(): InstallOptions {
    const { isApiInstallation: _, ...options } = this.state?.modal.apiInstallationOptions ?? {};
    const renewed = this.view.renewed?.id;
    const override =
      options.overrideRedirectUrl ??
      this.state?.context.endUserIntegrationConfig?.overrideRedirectUrl;
    return {
      ...options,
      ...(override ? { overrideRedirectUrl: override } : {}),
      ...(renewed ? { selectedCredentialId: renewed } : {}),
    };
  }

  close(): void {
    this.#flow?.cancel();
    void this.#host.invoke('onClose', true).catch(() => this.#host.invoke('closePortal'));
  }

  show(screen: Screen): void {
    this.#flow?.cancel();
    this.#change({ screen, trouble: null, notice: '', flow: null });
  }

  pick(account: Account): void {
    this.#change({ account, notice: '', trouble: null });
  }

  // A new account, or an old one again. Runs inside the click.
  begin(renewed: Account | undefined, needsForm: boolean): void {
    this.view.renewed = renewed;
    if (needsForm) this.#change({ screen: 'form', trouble: null, notice: '' });
    else this.startFlow({});
  }

  // Runs inside the click.
  submit(fields: Record<string, string>): void {
    if (isOauth(this.#context.integration)) this.startFlow(fields);
    else void this.#connectWithFields(fields);
  }

  startFlow(fields: Record<string, string>): void {
    const { api, integration } = this.#context;
    this.#flow?.cancel();
    this.#flowFields = fields;
    this.#change({ screen: 'flow', trouble: null, notice: '' });
    const flow = new PopupFlow(
      {
        api,
        fields,
        integrationId: integration.id,
        installOptions: this.#installOptions(),
        origin: this.#ownOrigins.includes(location.origin) ? location.origin : '',
      },
      (state) => this.#followFlow(flow, state),
    );
    this.#flow = flow;
    void flow.start();
  }

  reopenWindow(): void {
    this.#flow?.reopen();
  }

  tryAgain(): void {
    this.startFlow(this.#flowFields);
  }

  // Away from the product's page and back to it, for browsers that open no window at all.
  async continueHere(): Promise<void> {
    const { api, context, integration } = this.#context;
    this.#change({ isBusy: true });
    try {
      const url = await api.begin({
        integrationId: integration.id,
        sessionKey: crypto.randomUUID(),
        fields: this.#flowFields,
        installOptions: this.#installOptions(),
        returnUrl: context.pageUrl ?? `${this.#host.origin}/`,
      });
      (window.top ?? window).location.href = url;
    } catch (error) {
      this.#change({ isBusy: false, trouble: troubleOf(error) });
    }
  }

  #followFlow(flow: PopupFlow, state: FlowState): void {
    if (flow !== this.#flow) return;
    if (state.name === 'connected') void this.#handOver(state.credentialId);
    else if (state.name === 'failed') this.#failed(new ApiError(state.message, state.code, 0));
    else this.#change({ flow: state });
  }

  async #connectWithFields(fields: Record<string, string>): Promise<void> {
    const { api, integration } = this.#context;
    this.#change({ isBusy: true, trouble: null });
    try {
      const account = await api.connect(integration.id, fields, this.#installOptions());
      await this.#handOver(account.id);
    } catch (error) {
      this.#failed(error);
    }
  }

  // The client in the page learns of the account by the call that it would have connected with.
  async #handOver(credentialId: string): Promise<void> {
    const { integration } = this.#context;
    this.#change({ flow: { name: 'finishing' }, isBusy: true });
    const payload = { connectedCredential: credentialId };
    try {
      await this.#host.invoke('_oauthCallback', { integrationId: integration.id, payload });
      this.view.account = accountsOf(this.state as HostState).find((a) => a.id === credentialId);
      this.#change({ screen: 'home', flow: null, isBusy: false, notice: 'connectedNow' });
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const trouble = troubleOf(error);
    const stays = this.view.screen === 'form' && trouble.code !== 'signIn';
    this.#change({ screen: stays ? 'form' : 'home', flow: null, isBusy: false, trouble });
    const isOwnMistake = trouble.problems.length > 0 || trouble.code === 'unreachable';
    if (isOwnMistake) return;
    void this.#host.invoke('emitError', trouble.words, this.#context.type).catch(() => undefined);
  }

  async disconnect(account: Account): Promise<void> {
    const { type } = this.#context;
    this.#change({ isBusy: true });
    try {
      await this.#host.invoke('uninstallIntegration', type, { selectedCredentialId: account.id });
      this.view.account = accountsOf(this.state as HostState).at(0);
      this.#change({ screen: 'home', isBusy: false, notice: 'disconnected', trouble: null });
    } catch (error) {
      this.#change({ screen: 'home', isBusy: false, trouble: troubleOf(error) });
    }
  }

  async saveSettings(account: Account, values: Record<string, unknown>): Promise<void> {
    const { type } = this.#context;
    this.#change({ isBusy: true, notice: '', trouble: null });
    try {
      const options = { selectedCredentialId: account.id };
      await this.#host.invoke('updateIntegrationUserSettings', type, values, options);
      this.#change({ isBusy: false, notice: 'saved' });
    } catch (error) {
      this.#change({ isBusy: false, trouble: troubleOf(error) });
    }
  }

  name(): string {
    return this.state?.modal.integration ? nameOf(this.state.modal.integration) : '';
  }
}
