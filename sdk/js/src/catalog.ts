// What is known of the integrations and of the user's accounts: pure questions to the loaded state.
import { notFound, notInstalled } from './errors.js';
import type {
  AuthenticatedUser,
  ConfigurationOptions,
  Configuration,
  Credential,
  InputField,
  Integration,
  IntegrationConfig,
  IntegrationMetadata,
  IntegrationState,
  WorkflowConfig,
} from './types.js';

export const typeOf = (integration: Integration): string =>
  integration.customIntegration?.slug ?? integration.type;

export class Catalog {
  #byType = new Map<string, Integration>();

  fill(integrations: Integration[]): void {
    this.#byType = new Map(integrations.map((integration) => [typeOf(integration), integration]));
  }

  get all(): Integration[] {
    return [...this.#byType.values()];
  }

  get(type: string): Integration {
    const found = this.#byType.get(type);
    if (!found) throw notFound(type);
    return found;
  }

  byId(id: string): Integration | undefined {
    return this.all.find((integration) => integration.id === id);
  }

  ofWorkflow(workflowId: string): Integration {
    const owner = this.all.find((one) => one.workflows.some(({ id }) => id === workflowId));
    if (!owner) throw new Error('Workflow not found in the configured integrations');
    return owner;
  }

  active(type: string): Integration {
    const integration = this.get(type);
    if (!integration.isActive) throw new Error(`Integration "${type}" is not active.`);
    return integration;
  }

  metadata(): IntegrationMetadata[] {
    return this.all.filter(({ isActive }) => isActive).map(metadataOf);
  }

  config(type: string): IntegrationConfig {
    const integration = this.get(type);
    const values = integration.configs[0]?.values ?? {};
    const hidden: WorkflowConfig[] = [];
    const available: WorkflowConfig[] = [];
    for (const { id, ...meta } of Object.values(values.workflowMeta ?? {})) {
      const workflow = integration.workflows.find((one) => one.id === id);
      const isRefused = integration.noPermissionWorkflows?.includes(id) ?? false;
      if (!workflow && !isRefused) continue;
      const one = { inputs: [], ...meta, id, description: workflow?.description ?? '' };
      (meta.hidden || isRefused ? hidden : available).push(one);
    }
    return {
      ...(values.description === undefined ? {} : { shortDescription: values.description }),
      ...(values.overview === undefined ? {} : { longDescription: values.overview }),
      availableUserSettings: values.sharedMeta?.inputs ?? [],
      availableWorkflows: available,
      hiddenWorkflows: hidden,
    };
  }
}

export const metadataOf = (integration: Integration): IntegrationMetadata => ({
  type: typeOf(integration),
  name: integration.customIntegration?.name ?? integration.name,
  brandColor: integration.brandColor,
  icon: integration.customIntegration?.icon ?? '',
});

// Everything the method asks for, client id, password and API key included.
export const fieldsOf = (integration: Integration): InputField[] =>
  integration.customIntegration?.inputFields ?? [];

const matches = (externalId: string | null | undefined, id: string, selector: string): boolean =>
  id === selector || (Boolean(externalId) && externalId === selector.replace(/^ext:/, ''));

export function findCredential(state: IntegrationState | undefined, selector?: string) {
  const all = state?.allCredentials ?? [];
  return selector ? all.find((one) => matches(one.externalId, one.id, selector)) : all[0];
}

export function findConfiguration(
  credential: Credential,
  selector?: string,
): Configuration | undefined {
  if (!selector) return credential.configurations.find(({ isDefault }) => isDefault);
  return credential.configurations.find((one) => matches(one.externalId, one.id, selector));
}

export function getSelection(
  user: AuthenticatedUser,
  type: string,
  options: ConfigurationOptions = {},
): { credential: Credential; configuration: Configuration } {
  const credential = findCredential(user.integrations[type], options.selectedCredentialId);
  if (!credential) throw notInstalled(type);
  const configuration = findConfiguration(credential, options.selectedConfigurationId);
  if (!configuration) throw new Error('Credential configuration not found for credential');
  return { credential, configuration };
}

// The user's state with this account in it; other accounts stay.
export function withCredential(user: AuthenticatedUser, type: string, credential: Credential) {
  const before = user.integrations[type];
  const old = before?.allCredentials ?? [];
  const isKnown = old.some(({ id }) => id === credential.id);
  const all = isKnown
    ? old.map((one) => (one.id === credential.id ? credential : one))
    : [...old, credential];
  return { ...user, integrations: { ...user.integrations, [type]: stateOf(all) } };
}

// The entry of an integration, told from its accounts; the first is the current one.
export function stateOf(all: Credential[]): IntegrationState {
  const current = all[0];
  const configuration = current?.configurations.find(({ isDefault }) => isDefault);
  return {
    enabled: current?.status === 'VALID',
    ...(current
      ? {
          credentialId: current.id,
          credentialStatus: current.status,
          providerId: current.providerId,
          providerData: current.providerData,
        }
      : {}),
    ...(configuration
      ? {
          credentialConfigId: configuration.id,
          sharedSettings: configuration.sharedSettings,
          workflowSettings: configuration.workflowSettings,
          configMeta: configuration.configMeta,
          externalId: configuration.externalId ?? null,
        }
      : {}),
    configuredWorkflows: configuration?.workflowSettings ?? {},
    allCredentials: all,
    allConfigurations: all.flatMap(({ configurations }) => configurations),
  };
}
