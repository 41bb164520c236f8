// The whole client: connecting and disconnecting accounts through the portal, a popup or the
// product's own forms, on top of Calls and Session.
import { Calls } from './calls.js';
import { fieldsOf, findCredential, typeOf } from './catalog.js';
import { notInstalled, TenonError } from './errors.js';
import { InstallFlow } from './install-flow.js';
import { connectByPopup } from './popup.js';
import { PortalFrame } from './portal-frame.js';
import { fieldOptionsOf, Sources } from './sources.js';
import { selectors } from './transport.js';
import type {
  AccountType,
  CompleteInstallOptions,
  ConnectParams,
  Credential,
  CredentialOptions,
  DataSource,
  DataSources,
  Dropdowns,
  FieldOptions,
  FieldOptionsRequest,
  InputField,
  InputSource,
  InstallEvent,
  InstallOptions,
  InstallParams,
  Integration,
  UninstallEvent,
} from './types.js';

interface Waiting {
  resolve: (event: InstallEvent) => void;
  reject: (error: Error) => void;
}

const isBrowser = typeof window !== 'undefined' && typeof document !== 'undefined';

// What the server is told of the options; callbacks and looks stay here.
function installOptionsOf(options: InstallOptions): Record<string, unknown> {
  const names = [
    'allowMultipleCredentials',
    'showPortalAfterInstall',
    'bypassPostOAuthPrompt',
    'overrideRedirectUrl',
    'selectedCredentialId',
    'externalId',
  ] as const;
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

export class TenonConnect extends Calls {
  isHeadless = false;
  readonly installFlow = new InstallFlow({
    start: (type) => this.#checkStart(type),
    byFields: (integration, fields, options) => this.#byFields(integration, fields, options),
    byPopup: (integration, fields, options, signal) =>
      this.#byPopup(integration, fields, options, signal),
  });
  #frame: PortalFrame;
  #sources = new Sources();
  #current: Integration | null = null;
  #params: ConnectParams = {};
  #connectionError: { message: string } | null = null;
  #waiting: Waiting | undefined;
  #bodyOverflow: string | undefined;

  constructor() {
    super();
    this.installFlow.isAllowed = () => this.isHeadless;
    this.#frame = new PortalFrame(() => this.#frameState(), {
      updateContainerStyle: ({ isModalShown }: { isModalShown: boolean }) =>
        this.#frame.show(isModalShown),
      onOpen: () => this.#opened(),
      onClose: () => this.closePortal(),
      closePortal: () => this.closePortal(),
      _oauthCallback: (answer: { integrationId: string; payload: Record<string, unknown> }) =>
        this.#takeOver(answer),
      uninstallIntegration: (type: string, options?: CredentialOptions) =>
        this.uninstallIntegration(type, options),
      updateIntegrationUserSettings: (...[type, settings, options]: SettingsCall) =>
        this.updateIntegrationUserSettings(type, settings, options),
      updateWorkflowUserSettings: (...[type, id, settings, options]: WorkflowSettingsCall) =>
        this.updateWorkflowUserSettings(type, id, settings, options),
      enableWorkflow: (id: string, options?: CredentialOptions) =>
        this.enableWorkflow(id, options),
      disableWorkflow: (id: string, options?: CredentialOptions) =>
        this.disableWorkflow(id, options),
      emitError: (words: string) => this.#failed(new TenonError('ConnectError', String(words))),
      _loadCustomDropdownOptions: (key: string, cursor?: string, search?: string) =>
        this.#sources.loadDropdown(this.#currentType(), key, cursor, search),
    });
    this.#frame.onUnreachable = (error) => {
      this.#failed(error);
      this.closePortal();
    };
  }

  // Without the portal: the product draws everything itself (installFlow).
  setHeadless(isHeadless: boolean): void {
    this.isHeadless = isHeadless;
    if (isHeadless) this.#frame.remove();
    this.changed();
  }

  // ---- the portal ----

  // Opens the portal. Resolves with the first account that is connected in it.
  connect(type: string, params: ConnectParams = {}): Promise<InstallEvent> {
    const integration = this.#checkStart(type, params);
    this.#params = params;
    this.#current = integration;
    this.#connectionError = null;
    if (params.dropdowns) this.#sources.set({ dropdowns: params.dropdowns as Dropdowns });
    this.#loadFrame();
    this.#frame.expect();
    this.changed();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  closePortal(): void {
    const integration = this.#current;
    if (!integration) return;
    this.#current = null;
    this.#frame.show(false);
    if (this.#bodyOverflow !== undefined) document.body.style.overflow = this.#bodyOverflow;
    this.#bodyOverflow = undefined;
    const event = eventOf(integration);
    this.emit('onPortalClose', event, this.getUser());
    this.#params.onClose?.(event, this.getUser());
    this.changed();
  }

  #opened(): void {
    if (!this.#current) return;
    this.#bodyOverflow ??= document.body.style.overflow;
    document.body.style.overflow = 'hidden';
    const event = eventOf(this.#current);
    this.emit('onPortalOpen', event, this.getUser());
    this.#params.onOpen?.(event, this.getUser());
  }

  #currentType(): string {
    return this.#current ? typeOf(this.#current) : '';
  }

  #frameState(): object {
    const user = this.getUser();
    const { onSuccess, onInstall, onError, onUninstall, onWorkflowChange, ...rest } = this.#params;
    const { onOpen, onClose, dropdowns, mapObjectFields, language, theme, ...options } = rest;
    return {
      nextContext: {
        user: user.authenticated ? { ...user, token: this.transport.token } : user,
        projectId: this.transport.projectId,
        project: this.project,
        pageUrl: location.href,
        language,
        theme,
      },
      nextModalState: {
        integration: this.#current,
        config: this.#current?.configs[0]?.values,
        apiInstallationOptions: options,
        selectedCredentialId: options.selectedCredentialId,
        connectionError: this.#connectionError,
      },
    };
  }

  #loadFrame(): void {
    if (this.isHeadless) throw new Error('connect() needs the portal; call setHeadless(false).');
    this.#frame.load(this.transport.address('CONNECT_PUBLIC_URL'), this.transport.projectId);
  }

  protected override changed(): void {
    if (!isBrowser || !this.#frame) return;
    if (this.getUser().authenticated && !this.isHeadless) this.#loadFrame();
    this.#frame.update();
  }

  #failed(error: Error): void {
    this.#params.onError?.(error);
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  // ---- connecting ----

  #checkStart(type: string, options: InstallOptions = {}): Integration {
    const user = this.getSignedIn();
    const integration = this.catalog.active(type);
    const { externalId, selectedCredentialId } = options;
    if (externalId !== undefined && selectedCredentialId !== undefined) {
      throw new Error('externalId and selectedCredentialId exclude each other.');
    }
    if (externalId?.trim() === '') throw new Error('externalId must not be blank.');
    if (selectedCredentialId && !findCredential(user.integrations[type], selectedCredentialId)) {
      throw notInstalled(type);
    }
    return integration;
  }

  // Without the portal where nothing must be asked; the popup opens in the click that calls this.
  async installIntegration(type: string, params: InstallParams = {}): Promise<InstallEvent> {
    const integration = this.#checkStart(type, params);
    const state = this.getSignedIn().integrations[type];
    const isNew = params.allowMultipleCredentials || params.selectedCredentialId;
    if (state?.enabled && !isNew && params.externalId === undefined) {
      throw new Error(`Integration "${type}" is already installed.`);
    }
    const asks = fieldsOf(integration).length > 0 && !params.fields;
    if (asks && !this.isHeadless) return this.connect(type, params);
    if (asks) throw new Error(`"${type}" asks for fields: give them as "fields".`);
    this.#params = params;
    const { fields = {} } = params;
    const event =
      integration.authenticationType === 'oauth'
        ? await this.#byPopup(integration, fields, params)
        : await this.#byFields(integration, fields, params);
    if (params.showPortalAfterInstall) void this.connect(type, params).catch(() => undefined);
    return event;
  }

  async #byPopup(
    integration: Integration,
    fields: Record<string, unknown>,
    options: InstallOptions,
    signal?: AbortSignal,
  ): Promise<InstallEvent> {
    const credential = await connectByPopup({
      transport: this.transport,
      integration,
      fields,
      installOptions: installOptionsOf(options),
      timeoutMs: options.oauthTimeout,
      signal,
    });
    return this.#installed(integration, credential);
  }

  async #byFields(
    integration: Integration,
    payload: Record<string, unknown>,
    options: InstallOptions,
  ): Promise<InstallEvent> {
    return this.#installed(
      integration,
      await this.#postCredential(integration, payload, installOptionsOf(options)),
    );
  }

  #postCredential(integration: Integration, payload: object, installOptions: object) {
    const json = { integrationId: integration.id, config: {}, payload, installOptions };
    return this.transport.json<Credential>('/sdk/credentials', { method: 'POST', json });
  }

  // The portal connected an account and names it.
  async #takeOver(answer: { integrationId: string; payload: Record<string, unknown> }) {
    const integration = this.catalog.byId(answer.integrationId);
    if (!integration) throw new Error('The portal named an unknown integration.');
    return this.#installed(
      integration,
      await this.#postCredential(integration, answer.payload, {}),
    );
  }

  #installed(integration: Integration, credential: Credential): InstallEvent {
    const type = typeOf(integration);
    this.keepCredential(type, credential);
    const event = { ...eventOf(integration), credentialId: credential.id, credential };
    this.emit('onIntegrationInstall', event, this.getUser());
    this.#params.onInstall?.(event, this.getUser());
    this.#params.onSuccess?.(event, this.getUser());
    this.#waiting?.resolve(event);
    this.#waiting = undefined;
    return event;
  }

  // For a code that your own redirect page received.
  async completeInstall(type: string, options: CompleteInstallOptions): Promise<InstallEvent> {
    const { authorizationCode: code, redirectUrl, integrationOptions } = options;
    if (!code) throw new Error('authorizationCode is required');
    const integration = this.catalog.active(type);
    const json = { code, integrationId: integration.id, redirectUrl, integrationOptions };
    const call = { method: 'POST', json };
    const credential = await this.transport.json<Credential>('/sdk/credentials', call);
    const event = this.#installed(integration, credential);
    if (options.showPortalAfterInstall !== false && !this.isHeadless) {
      void this.connect(type).catch(() => undefined);
    }
    return event;
  }

  async uninstallIntegration(type: string, options: CredentialOptions = {}): Promise<void> {
    const integration = this.catalog.get(type);
    const user = this.getSignedIn();
    const credential = findCredential(user.integrations[type], options.selectedCredentialId);
    if (!credential) throw new Error(`Integration "${type}" is not installed.`);
    await this.transport.send('ZEUS_PUBLIC_URL', `/sdk/integrations/${integration.id}`, {
      method: 'DELETE',
      headers: selectors({ selectedCredentialId: credential.id }),
    });
    await this.load();
    this.emit('onIntegrationUninstall', eventOf(integration), this.getUser());
    this.#params.onUninstall?.(eventOf(integration), this.getUser());
  }

  // ---- what a form of your own asks for ----

  getAccountTypeOptions(type: string): AccountType[] {
    return this.catalog.get(type).sdkIntegrationConfig?.accountTypes ?? [];
  }

  getPreOptions(type: string, accountTypeId?: string): InputField[] {
    const chosen = this.getAccountTypeOptions(type).find(({ id }) => id === accountTypeId);
    return chosen?.endUserSuppliedValues ?? fieldsOf(this.catalog.get(type));
  }

  getPostOptions(type: string): InputField[] {
    return this.catalog.get(type).sdkIntegrationConfig?.postOauthInputs ?? [];
  }

  setDataSources(sources: DataSources): void {
    this.#sources.set(sources);
  }

  getDataSourceOptions(type: string, key: string): DataSource | undefined {
    return this.catalog.get(type).sdkIntegrationConfig?.dataSources[key];
  }

  getSourcesForInput(type: string, input: InputField & { key?: string }): InputSource | null {
    const { sdkIntegrationConfig } = this.catalog.get(type);
    return this.#sources.forInput(type, input, sdkIntegrationConfig?.dataSources ?? {});
  }

  getSourcesForActionInput(input: InputField): InputSource | null {
    return this.#sources.forInput('', input, {});
  }

  async getFieldOptions(request: FieldOptionsRequest): Promise<FieldOptions> {
    const {
      integration,
      action,
      source,
      parameters = [],
      cursor = 0,
      search,
      ...options
    } = request;
    const json = {
      action: integration,
      sourceKey: action ?? source?.cacheKey,
      parameters,
      paginationParameters: { pageCursor: cursor, search },
    };
    const call = { method: 'POST', json, headers: selectors(options) };
    return fieldOptionsOf(await this.transport.json('/sdk/actions', call));
  }
}

type SettingsCall = Parameters<Calls['updateIntegrationUserSettings']>;
type WorkflowSettingsCall = Parameters<Calls['updateWorkflowUserSettings']>;

const eventOf = (integration: Integration): UninstallEvent => ({
  integrationId: integration.id,
  integrationType: typeOf(integration),
});
