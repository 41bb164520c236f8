// What the SDK throws. A product tells them apart by `name`.

export class TenonError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly meta: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = code;
  }
}

export const notAuthenticated = () =>
  new TenonError('UserNotAuthenticatedError', 'Call authenticate() first.');
export const notFound = (integrationName: string) =>
  new TenonError('IntegrationNotFoundError', `There is no integration "${integrationName}".`, {
    integrationName,
  });
export const notInstalled = (integrationName: string) =>
  new TenonError('IntegrationNotInstalledError', `"${integrationName}" is not connected.`, {
    integrationName,
  });
export const noActiveFlow = () =>
  new TenonError('NoActiveInstallFlowError', 'Call installFlow.start() first.');
export const notHeadless = () =>
  new TenonError('HeadlessModeNotEnabledError', 'Call setHeadless(true) first.');
export const popupBlocked = () =>
  new TenonError('OAuthBlockedError', 'Popup was blocked by the browser.');
export const popupTimedOut = () =>
  new TenonError('OAuthTimeoutError', 'The window was not finished in time.');
export const portalUnreachable = (address: string, origin: string) =>
  new TenonError(
    'PortalUnreachableError',
    `The portal at ${address} did not answer. Is it running, and is ${origin} one of the project's allowed origins?`,
  );

// An answer of Tenon that is not 2xx. `response` is its whole body.
export class RequestError extends TenonError {
  constructor(
    code: string,
    message: string,
    readonly status: number,
    readonly response: Record<string, unknown>,
  ) {
    super(code, message, (response.meta as Record<string, unknown> | undefined) ?? {});
    this.name = 'Error';
  }

  // The provider's failure, or that of its credential; the user token is fine.
  get isIntegrationError(): boolean {
    return Boolean(this.meta.isIntegrationError) || ['7210', '7003', '0704'].includes(this.code);
  }
}
