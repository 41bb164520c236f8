// Every type of the SDK: what it takes, what it gives, what it tells. The names are those of the
// published contract, so that a product's own types keep fitting.

export type SettingValue = string | number | boolean | Record<string, unknown> | undefined;
export type CredentialStatus = 'PENDING' | 'VALID' | 'INVALID';
export type AuthenticationScheme = 'oauth' | 'basic' | 'oauth_client_credential' | 'ropc_app';

// ---- where Tenon is ----

export interface Addresses {
  CONNECT_PUBLIC_URL: string;
  DASHBOARD_PUBLIC_URL: string;
  HERMES_PUBLIC_URL: string;
  PASSPORT_PRODUCTION_URL: string;
  PASSPORT_PUBLIC_URL: string;
  ZEUS_PUBLIC_URL: string;
  CDN_PUBLIC_URL: string;
  WORKER_PROXY_PUBLIC_URL: string;
  API_TRIGGER_KIT_PUBLIC_URL: string;
}

export interface GlobalOptions {
  // Tenon's public address, such as https://tenon.example.com; a bare host name means https.
  host: string;
}

// ---- the user ----

export interface UserMeta {
  Name?: string;
  Email?: string;
  [key: string]: unknown;
}

export interface AuthenticateOptions {
  metadata?: UserMeta;
}

export interface WorkflowState {
  enabled: boolean;
  settings: Record<string, SettingValue>;
}

export interface Configuration {
  id: string;
  dateCreated: string;
  dateUpdated: string;
  connectCredentialId: string;
  workflowSettings: Record<string, WorkflowState>;
  sharedSettings: Record<string, SettingValue>;
  configMeta: Record<string, unknown>;
  externalId?: string | null;
  isDefault: boolean;
}

export interface Credential {
  id: string;
  projectId: string;
  integrationId: string;
  personaId: string;
  providerId: string;
  providerData: Record<string, string | number | boolean>;
  status: CredentialStatus;
  // Why the provider no longer takes it, when the status is INVALID.
  invalidReason?: string | null;
  configurations: Configuration[];
  isPreviewCredential: boolean;
  externalId?: string | null;
  dateCreated: string;
  dateUpdated: string;
  dateRefreshed?: string | null;
  dateValidUntil?: string | null;
  refreshFailureCount: number;
}

export interface IntegrationState {
  enabled: boolean;
  credentialId?: string;
  credentialConfigId?: string;
  credentialStatus?: CredentialStatus;
  providerId?: string;
  providerData?: Record<string, string | number | boolean>;
  sharedSettings?: Record<string, SettingValue>;
  workflowSettings?: Record<string, WorkflowState>;
  // The same as workflowSettings.
  configuredWorkflows?: Record<string, WorkflowState>;
  configMeta?: Record<string, unknown>;
  externalId?: string | null;
  allCredentials: Credential[];
  allConfigurations: Configuration[];
}

export interface ResourceState {
  id: string;
  slug: string;
  credentialId?: string;
  credentialStatus?: CredentialStatus;
  integrationId?: string;
}

export interface AuthenticatedUser {
  authenticated: true;
  userId: string;
  integrations: Record<string, IntegrationState>;
  meta: UserMeta;
  resources: ResourceState[];
}

export type ConnectUser = { authenticated: false } | AuthenticatedUser;

// ---- integrations ----

export interface InputField {
  id: string;
  title: string;
  type: string;
  subtitle?: string;
  placeholder?: string;
  required?: boolean;
  defaultValue?: string;
  pattern?: string;
  prefixLabel?: string;
  suffixLabel?: string;
  sourceType?: string;
  options?: { label: string; value: string }[];
  hidden?: boolean;
}

export interface AccountType {
  id: string;
  scheme: string;
  accountDescription?: string;
  endUserSuppliedValues?: InputField[];
}

export interface DataSource {
  type: string;
  id?: string;
  title?: string;
  values?: { label: string; value: string }[];
  cacheKey?: string;
  [key: string]: unknown;
}

export interface PortalConfiguration {
  accentColor?: string;
  description?: string;
  overview?: string;
  paragonLink?: boolean;
  theme?: 'system' | 'light' | 'dark';
  sharedMeta?: { inputs?: InputField[] };
  workflowMeta?: Record<string, WorkflowMeta>;
}

export interface WorkflowMeta {
  id: string;
  description?: string;
  infoText?: string;
  defaultEnabled?: boolean;
  hidden?: boolean;
  order?: number;
  inputs?: InputField[];
  permissions?: unknown;
}

export interface Integration {
  id: string;
  type: string;
  isActive: boolean;
  name: string;
  brandColor: string;
  authenticationType: AuthenticationScheme;
  needPreOauthInputs: boolean;
  configs: { id: string; values: PortalConfiguration }[];
  workflows: { id: string; description: string; customWebhookTriggerId?: string | null }[];
  noPermissionWorkflows?: string[];
  customIntegration?: {
    id: string;
    name: string;
    slug: string;
    icon: string;
    authenticationType: AuthenticationScheme;
    inputFields: InputField[];
  };
  sdkIntegrationConfig?: {
    accountTypes: AccountType[];
    postOauthInputs: InputField[];
    dataSources: Record<string, DataSource>;
  };
}

export interface IntegrationMetadata {
  type: string;
  name: string;
  brandColor: string;
  icon: string;
}

export interface WorkflowConfig {
  id: string;
  description: string;
  infoText?: string;
  defaultEnabled?: boolean;
  hidden?: boolean;
  order?: number;
  inputs: InputField[];
}

export interface IntegrationConfig {
  shortDescription?: string;
  longDescription?: string;
  availableUserSettings?: InputField[];
  availableWorkflows: WorkflowConfig[];
  hiddenWorkflows: WorkflowConfig[];
}

// ---- connecting ----

export interface InstallEvent {
  integrationId: string;
  integrationType: string;
  credentialId?: string;
  credential?: Credential;
}

export interface UninstallEvent {
  integrationId: string;
  integrationType: string;
}

export interface WorkflowChangeEvent {
  integrationId: string;
  integrationType: string;
  workflowId: string;
  workflowStateChange: { enabled?: boolean; settings?: Record<string, SettingValue> };
}

export interface Events {
  onIntegrationInstall: InstallEvent;
  onIntegrationUninstall: UninstallEvent;
  onWorkflowChange: WorkflowChangeEvent;
  onPortalOpen: UninstallEvent;
  onPortalClose: UninstallEvent;
}
export type EventName = keyof Events;
export type Listener<Name extends EventName> = (event: Events[Name], user: ConnectUser) => void;

export interface CredentialOptions {
  // A credential's id, or "ext:<your name for the account>".
  selectedCredentialId?: string;
}

export interface ConfigurationOptions extends CredentialOptions {
  selectedConfigurationId?: string;
}

export interface InstallOptions extends CredentialOptions {
  showPortalAfterInstall?: boolean;
  bypassPostOAuthPrompt?: boolean;
  accountType?: string | string[];
  allowMultipleCredentials?: boolean;
  overrideRedirectUrl?: string;
  // Your name for the new account; not together with selectedCredentialId.
  externalId?: string;
  // Milliseconds after which an unfinished popup counts as failed; without it the server decides.
  oauthTimeout?: number;
}

export interface InstallCallbacks {
  onSuccess?: (event: InstallEvent, user: ConnectUser) => void;
  onInstall?: (event: InstallEvent, user: ConnectUser) => void;
  onError?: (error: Error) => void;
  onUninstall?: (event: UninstallEvent, user: ConnectUser) => void;
  onWorkflowChange?: (event: WorkflowChangeEvent, user: ConnectUser) => void;
}

export type DropdownOption = { label: string; value: string };
export type DropdownLoader = {
  loadOptions: (
    cursor?: string,
    search?: string,
  ) => Promise<{ options: DropdownOption[]; nextPageCursor?: string | null }>;
  refreshOnOpen?: boolean;
};
export type Dropdowns = Record<string, DropdownOption[] | DropdownLoader>;

export interface InstallParams extends InstallOptions, InstallCallbacks {
  // A form's values by id, for integrations that ask for some.
  fields?: Record<string, string>;
}

export interface ConnectParams extends InstallOptions, InstallCallbacks {
  isApiInstallation?: boolean;
  selectedConfigurationId?: string;
  onOpen?: (event: UninstallEvent, user: ConnectUser) => void;
  onClose?: (event: UninstallEvent, user: ConnectUser) => void;
  dropdowns?: Dropdowns;
  mapObjectFields?: Record<string, unknown>;
  // The portal's language and colours; the browser's and the integration's without them.
  language?: string;
  theme?: 'system' | 'light' | 'dark';
}

export interface CompleteInstallOptions {
  authorizationCode: string;
  redirectUrl?: string;
  showPortalAfterInstall?: boolean;
  integrationOptions?: Record<string, unknown>;
}

export interface AccountOptions extends CredentialOptions {
  includeAccountAuth?: boolean;
}

// ---- headless installation ----

export type InstallStage =
  | { stage: 'accountType'; options: AccountType[]; done: false }
  | { stage: 'instruction'; meta: Record<string, unknown>; done: false }
  | { stage: 'preOptions'; options: InputField[]; done: false }
  | { stage: 'oauth'; done: false }
  | { stage: 'postOptions'; options: InputField[]; done: false }
  | { stage: 'done'; done: true };

export interface InstallErrorContext {
  stage: Exclude<InstallStage['stage'], 'done'>;
}

export interface InstallFlowOptions extends InstallOptions {
  onNext?: (stage: InstallStage) => void;
  onComplete?: (event: InstallEvent) => void;
  onError?: (error: Error, context: InstallErrorContext | null) => void;
}

// ---- calling ----

export interface RequestOptions extends CredentialOptions {
  method?: string;
  // Objects are sent as JSON; text, Blob, FormData, URLSearchParams and buffers as they are.
  body?: unknown;
  headers?: Record<string, string>;
}

export interface WorkflowRequest extends ConfigurationOptions {
  body?: Record<string, unknown>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
}

export interface FieldOptionsRequest extends CredentialOptions {
  integration: string;
  action?: string;
  source?: DataSource;
  search?: string;
  cursor?: string;
  parameters?: unknown[];
}

export interface FieldOptions {
  data: DropdownOption[];
  nestedData: unknown[];
  nextPageCursor: string | null;
}

export interface DataSources {
  dropdowns?: Dropdowns;
  mapObjectFields?: Record<string, unknown>;
  integrationSpecificSources?: Record<
    string,
    { dropdowns?: Dropdowns; mapObjectFields?: Record<string, unknown> }
  >;
}

export interface InputSource {
  type: 'single' | 'conditional' | 'fieldMapper' | 'combo' | 'defaultFieldValue';
  source?: DataSource;
  options?: DropdownOption[];
}

export interface TriggerTypes {
  triggers: Record<string, Record<string, unknown>[]>;
  errors?: unknown[];
}
