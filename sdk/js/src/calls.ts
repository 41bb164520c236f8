// Calls on behalf of the user: the provider's API, events, workflows, settings, configurations.
import { findCredential, getSelection, typeOf, withCredential } from './catalog.js';
import { notInstalled } from './errors.js';
import { Session } from './session.js';
import { proxyAnswer, proxyCall, selectors } from './transport.js';
import type {
  AccountOptions,
  AuthenticatedUser,
  Configuration,
  ConfigurationOptions,
  ConnectUser,
  Credential,
  CredentialOptions,
  Integration,
  RequestOptions,
  SettingValue,
  TriggerTypes,
  WorkflowRequest,
} from './types.js';

type SettingsAnswer = { userState: ConnectUser; errors: string[] };

export class Calls extends Session {
  // The provider's API. JSON comes parsed, text as text, anything else as a Blob.
  async request<Answer = unknown>(
    type: string,
    path: string,
    { method = 'GET', body, headers, selectedCredentialId }: RequestOptions = {},
  ): Promise<Answer> {
    this.getSignedIn();
    const selected = selectedCredentialId ? { selectedCredentialId } : {};
    const response = await this.transport.send(
      'WORKER_PROXY_PUBLIC_URL',
      `/sdk/proxy/${type}${path.startsWith('/') ? '' : '/'}${path}`,
      { method, ...proxyCall(body), headers: { ...headers, ...selectors(selected) } },
    );
    return (await proxyAnswer(response)) as Answer;
  }

  // Tells your workflows that something happened in your product.
  async event(
    name: string,
    payload: Record<string, unknown>,
    options: ConfigurationOptions = {},
  ): Promise<void> {
    this.getSignedIn();
    if (options.selectedConfigurationId && !options.selectedCredentialId) {
      throw new Error('selectedConfigurationId needs selectedCredentialId.');
    }
    const path = `/v2/projects/${this.transport.projectId}/sdk/events/trigger`;
    const call = { method: 'POST', json: { name, payload }, headers: selectors(options) };
    await this.transport.send('HERMES_PUBLIC_URL', path, call);
  }

  async workflow(
    workflowId: string,
    { body = {}, query = {}, headers, ...options }: WorkflowRequest = {},
  ): Promise<object | undefined> {
    this.getSignedIn();
    if (!workflowId) throw new Error('workflowId is required.');
    const type = typeOf(this.catalog.ofWorkflow(workflowId));
    if (!findCredential(this.getSignedIn().integrations[type], options.selectedCredentialId)) {
      throw notInstalled(type);
    }
    return this.transport.json(
      `/sdk/triggers/${workflowId}?${new URLSearchParams(query)}`,
      { method: 'POST', json: body, headers: { ...headers, ...selectors(options) } },
      'HERMES_PUBLIC_URL',
    );
  }

  enableWorkflow(id: string, options: ConfigurationOptions = {}): Promise<void> {
    return this.#switchWorkflow(id, true, options);
  }

  disableWorkflow(id: string, options: ConfigurationOptions = {}): Promise<void> {
    return this.#switchWorkflow(id, false, options);
  }

  async updateWorkflowState(
    states: Record<string, boolean>,
    options: ConfigurationOptions = {},
  ): Promise<{ user: ConnectUser; errors: { workflowId: string; message: string }[] }> {
    const errors: { workflowId: string; message: string }[] = [];
    for (const [workflowId, enabled] of Object.entries(states)) {
      await this.#switchWorkflow(workflowId, enabled, options).catch(({ message }: Error) =>
        errors.push({ workflowId, message }),
      );
    }
    return { user: this.getUser(), errors };
  }

  async #switchWorkflow(
    workflowId: string,
    enabled: boolean,
    options: ConfigurationOptions,
  ): Promise<void> {
    const integration = this.catalog.ofWorkflow(workflowId);
    const type = typeOf(integration);
    const { credential, configuration } = getSelection(this.getSignedIn(), type, options);
    await this.transport.send('ZEUS_PUBLIC_URL', `/sdk/workflows/${workflowId}`, {
      method: enabled ? 'POST' : 'DELETE',
      headers: this.#headersOf(credential, configuration),
    });
    const before = configuration.workflowSettings[workflowId];
    this.#keepConfiguration(type, credential, {
      ...configuration,
      workflowSettings: {
        ...configuration.workflowSettings,
        [workflowId]: { settings: {}, ...before, enabled },
      },
    });
    this.#tellWorkflowChange(integration, workflowId, { enabled });
  }

  #tellWorkflowChange(
    integration: Integration,
    workflowId: string,
    workflowStateChange: { enabled?: boolean; settings?: Record<string, SettingValue> },
  ): void {
    const { id: integrationId } = integration;
    const event = {
      integrationId,
      integrationType: typeOf(integration),
      workflowId,
      workflowStateChange,
    };
    this.emit('onWorkflowChange', event, this.getUser());
  }

  async updateIntegrationUserSettings(
    type: string,
    settings: Record<string, SettingValue>,
    options: ConfigurationOptions = {},
  ): Promise<SettingsAnswer> {
    const { credential, configuration } = getSelection(this.getSignedIn(), type, options);
    const sharedSettings = { ...configuration.sharedSettings, ...settings };
    return this.#saveSettings(type, credential, configuration, { sharedSettings });
  }

  async updateWorkflowUserSettings(
    type: string,
    workflowId: string,
    settings: Record<string, SettingValue>,
    options: ConfigurationOptions = {},
  ): Promise<SettingsAnswer> {
    const { credential, configuration } = getSelection(this.getSignedIn(), type, options);
    const before = configuration.workflowSettings[workflowId] ?? { enabled: false, settings: {} };
    const state = { ...before, settings: { ...before.settings, ...settings } };
    const workflowSettings = { ...configuration.workflowSettings, [workflowId]: state };
    const saved = await this.#saveSettings(type, credential, configuration, { workflowSettings });
    this.#tellWorkflowChange(this.catalog.get(type), workflowId, { settings });
    return saved;
  }

  async #saveSettings(
    type: string,
    credential: Credential,
    configuration: Configuration,
    config: object,
  ): Promise<SettingsAnswer> {
    const { errors = [], ...saved } = await this.transport.json<
      Credential & { errors?: string[] }
    >(`/sdk/credentials/${credential.id}`, {
      method: 'PATCH',
      json: { config },
      headers: this.#headersOf(credential, configuration),
    });
    this.keepCredential(type, saved);
    return { userState: this.getUser(), errors };
  }

  async createConfiguration({
    credentialId,
    externalId,
  }: {
    credentialId: string;
    externalId?: string;
  }): Promise<Configuration> {
    const credential = await this.#changeConfigurations('POST', credentialId, {
      json: externalId === undefined ? {} : { externalId },
    });
    const newest = [...credential.configurations].sort((a, b) =>
      a.dateCreated < b.dateCreated ? 1 : -1,
    );
    const named = newest.find((one) => externalId !== undefined && one.externalId === externalId);
    return (named ?? newest[0]) as Configuration;
  }

  async updateConfiguration({
    id,
    credentialId,
    meta,
  }: {
    id: string;
    credentialId: string;
    meta: Record<string, unknown>;
  }): Promise<Configuration> {
    const headers = selectors({ selectedCredentialId: credentialId, selectedConfigurationId: id });
    const changed = await this.#changeConfigurations('PATCH', credentialId, {
      json: { meta },
      headers,
    });
    return changed.configurations.find((one) => one.id === id) as Configuration;
  }

  async destroyConfiguration({ id, credentialId }: { id: string; credentialId: string }) {
    const headers = selectors({ selectedCredentialId: credentialId, selectedConfigurationId: id });
    const path = `/sdk/credentials/${credentialId}/configurations`;
    await this.transport.json(path, { method: 'DELETE', headers });
    await this.load();
  }

  async #changeConfigurations(method: string, credentialId: string, call: object) {
    this.getSignedIn();
    const path = `/sdk/credentials/${credentialId}/configurations`;
    const credential = await this.transport.json<Credential>(path, { method, ...call });
    const integration = this.catalog.byId(credential.integrationId);
    if (integration) this.keepCredential(typeOf(integration), credential);
    return credential;
  }

  async getIntegrationAccount(
    type: string,
    { includeAccountAuth = false, selectedCredentialId }: AccountOptions = {},
  ): Promise<Integration & { providerData?: Credential['providerData'] }> {
    const selected: CredentialOptions = selectedCredentialId ? { selectedCredentialId } : {};
    const query = new URLSearchParams({
      integration: type,
      includeAccountAuth: String(includeAccountAuth),
    });
    return this.transport.json(`/sdk/credentials?${query}`, { headers: selectors(selected) });
  }

  async connectAction(slug: string, payload: Record<string, unknown>): Promise<Credential> {
    const resource = this.getSignedIn().resources.find((one) => one.slug === slug);
    if (!resource) throw new Error(`No resource found with name ${slug}`);
    const call = { method: 'POST', json: payload };
    return this.transport.json(`/sdk/resources/${resource.id}/connect`, call);
  }

  async getTriggers(type: string, options: CredentialOptions = {}): Promise<TriggerTypes> {
    const call = { headers: selectors(options) };
    const path = `/triggers?integrations=${encodeURIComponent(type)}`;
    return this.transport.json(path, call, 'API_TRIGGER_KIT_PUBLIC_URL');
  }

  getCustomWebhookUserManualUrl(workflowId: string, credentialId?: string): string {
    const integration = this.catalog.ofWorkflow(workflowId);
    const workflow = integration.workflows.find(({ id }) => id === workflowId);
    const account = findCredential(
      this.getSignedIn().integrations[typeOf(integration)],
      credentialId,
    );
    const { projectId } = this.transport;
    const hermes = this.transport.address('HERMES_PUBLIC_URL');
    const trigger = workflow?.customWebhookTriggerId;
    return `${hermes}/triggers/connect/${projectId}/${integration.id}/custom-triggers/${trigger}?id=${account?.id ?? ''}`;
  }

  // ---- for the parts above ----

  protected keepCredential(type: string, credential: Credential): void {
    this.user = withCredential(this.getSignedIn(), type, credential) as AuthenticatedUser;
  }

  #keepConfiguration(type: string, credential: Credential, changed: Configuration): void {
    const configurations = credential.configurations.map((one) =>
      one.id === changed.id ? changed : one,
    );
    this.keepCredential(type, { ...credential, configurations });
  }

  #headersOf(credential: Credential, configuration: Configuration): Record<string, string> {
    return selectors({
      selectedCredentialId: credential.id,
      selectedConfigurationId: configuration.id,
    });
  }
}
