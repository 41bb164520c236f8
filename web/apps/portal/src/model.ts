// What the framing page's client tells the portal, as far as the portal reads it; and small questions
// about it. No view code.
export interface Input {
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

export type Setting = string | number | boolean;

export interface Configuration {
  id: string;
  isDefault?: boolean;
  sharedSettings?: Record<string, unknown>;
}

export interface Account {
  id: string;
  status: string;
  externalId?: string | null;
  providerId?: string;
  providerData?: Record<string, unknown>;
  invalidReason?: string | null;
  configurations?: Configuration[];
}

export interface Integration {
  id: string;
  type: string;
  name?: string;
  brandColor?: string;
  authenticationType?: string;
  needPreOauthInputs?: boolean;
  customIntegration?: { name?: string; slug?: string; icon?: string; inputFields?: Input[] };
}

export interface PortalConfiguration {
  accentColor?: string;
  description?: string;
  overview?: string;
  theme?: string;
  paragonLink?: boolean;
  sharedMeta?: { inputs?: Input[] };
}

export interface InstallOptions {
  isApiInstallation?: boolean;
  showPortalAfterInstall?: boolean;
  allowMultipleCredentials?: boolean;
  overrideRedirectUrl?: string;
  externalId?: string;
  selectedCredentialId?: string;
}

export interface User {
  authenticated: boolean;
  token?: string;
  userId?: string;
  integrations?: Record<string, { allCredentials?: Account[] }>;
}

// The two halves of an UI_UPDATE message.
export interface HostContext {
  user?: User;
  projectId?: string;
  endUserIntegrationConfig?: { overrideRedirectUrl?: string };
  // Only Tenon's own SDK says these.
  pageUrl?: string;
  language?: string;
  theme?: string;
}

export interface ModalState {
  integration?: Integration | null;
  config?: PortalConfiguration;
  apiInstallationOptions?: InstallOptions;
  selectedCredentialId?: string;
  connectionError?: { message?: string; error?: unknown } | string | null;
  shouldShowPortalAfterInstall?: boolean;
}

export interface HostState {
  context: HostContext;
  modal: ModalState;
}

export const nameOf = (integration: Integration): string =>
  integration.customIntegration?.name ?? integration.name ?? integration.type;

export const typeOf = (integration: Integration): string =>
  integration.customIntegration?.slug ?? integration.type;

export const isOauth = (integration: Integration): boolean =>
  integration.authenticationType === 'oauth';

export const fieldsOf = (integration: Integration): Input[] =>
  integration.customIntegration?.inputFields ?? [];

export function accountsOf(state: HostState): Account[] {
  const { integration } = state.modal;
  if (!integration) return [];
  const connection = state.context.user?.integrations?.[typeOf(integration)];
  return (connection?.allCredentials ?? []).filter((account) => account.status !== 'PENDING');
}

// The account that the product picked, by id or by its own name for it.
export function pickedAccount(state: HostState): Account | undefined {
  const selector =
    state.modal.selectedCredentialId ?? state.modal.apiInstallationOptions?.selectedCredentialId;
  if (!selector) return undefined;
  const external = selector.replace(/^ext:/, '');
  return accountsOf(state).find((a) => a.id === selector || a.externalId === external);
}

const labelFacts = ['email', 'name', 'login', 'username', 'displayName', 'account'];

export function labelOf(account: Account): string {
  if (account.externalId) return account.externalId;
  for (const fact of labelFacts) {
    const value = account.providerData?.[fact];
    if (typeof value === 'string' && value !== '') return value;
  }
  return account.providerId ?? '';
}

export const settingsOf = (account: Account): Record<string, unknown> =>
  account.configurations?.find((c) => c.isDefault)?.sharedSettings ?? {};

// Installations by the product's own code show the portal only where the user must fill something
// in, or where the product asked for it.
export function isShown(state: HostState): boolean {
  const { integration, apiInstallationOptions, shouldShowPortalAfterInstall } = state.modal;
  if (!integration) return false;
  if (apiInstallationOptions?.isApiInstallation !== true || shouldShowPortalAfterInstall)
    return true;
  return !isOauth(integration) || integration.needPreOauthInputs === true;
}
