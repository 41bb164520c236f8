// HTTP to Tenon: which address answers what, the user token on each call, and errors worth reading.
import { RequestError, TenonError } from './errors.js';
import type { Addresses, ConfigurationOptions, GlobalOptions } from './types.js';

export const version = '0.1.0';

const names = 'CONNECT DASHBOARD HERMES PASSPORT ZEUS CDN WORKER_PROXY API_TRIGGER_KIT'.split(' ');

// Everything is one origin, unless an address is given for a service by name.
export function addressesOf(
  options: GlobalOptions,
  overrides: Partial<Addresses> = {},
): Addresses {
  if (!options.host) throw new Error('host not specified');
  const host = /^https?:\/\//.test(options.host) ? options.host : `https://${options.host}`;
  const origin = host.replace(/\/+$/, '');
  const all = names.map((name) => [`${name}_PUBLIC_URL`, origin]);
  const table = { ...Object.fromEntries(all), PASSPORT_PRODUCTION_URL: origin } as Addresses;
  return { ...table, ...overrides };
}

export interface Call {
  method?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

export const selectors = (options: ConfigurationOptions = {}): Record<string, string> => ({
  ...(options.selectedCredentialId
    ? { 'X-Paragon-Credential': options.selectedCredentialId }
    : {}),
  ...(options.selectedConfigurationId
    ? { 'X-Paragon-Configuration-Id': options.selectedConfigurationId }
    : {}),
});

function wordsOf(body: Record<string, unknown>, status: number): string {
  const { message } = body;
  if (typeof message === 'string') return message;
  return message === undefined ? `The server answered ${status}.` : JSON.stringify(message);
}

async function errorOf(response: Response): Promise<RequestError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return new RequestError(
    String(body.code ?? ''),
    wordsOf(body, response.status),
    response.status,
    body,
  );
}

export class Transport {
  addresses: Addresses | undefined;
  projectId = '';
  token = '';
  // The user token is no longer good.
  onSignedOut: () => void = () => {};

  address(service: keyof Addresses): string {
    const address = this.addresses?.[service];
    if (!address) throw new TenonError('NotConfiguredError', 'Call configureGlobal() first.');
    return address;
  }

  // Every answer that is not 2xx is an error. `path` begins after the project, or stands for itself.
  async send(service: keyof Addresses, path: string, call: Call = {}): Promise<Response> {
    const { method = 'GET', json, headers } = call;
    const url = path.startsWith('/v2/') ? path : `/projects/${this.projectId}${path}`;
    const response = await fetch(this.address(service) + url, {
      method,
      headers: {
        Accept: 'application/json',
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
        Authorization: `Bearer ${this.token}`,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    if (response.ok) return response;
    const error = await errorOf(response);
    const isRefused = error.status === 401 || error.status === 403;
    if (isRefused && !error.isIntegrationError && service !== 'WORKER_PROXY_PUBLIC_URL') {
      this.onSignedOut();
    }
    throw error;
  }

  async json<T>(
    path: string,
    call?: Call,
    service: keyof Addresses = 'ZEUS_PUBLIC_URL',
  ): Promise<T> {
    const response = await this.send(service, path, call);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

const isBodyInit = (body: unknown): body is BodyInit =>
  typeof body === 'string' ||
  body instanceof Blob ||
  body instanceof FormData ||
  body instanceof URLSearchParams ||
  body instanceof ArrayBuffer ||
  ArrayBuffer.isView(body);

export function proxyCall(body: unknown): Call {
  if (body === undefined || body === null) return {};
  return isBodyInit(body) ? { body } : { json: body };
}

// JSON is unwrapped from {"output": …}; text stays text; anything else comes as a Blob.
export async function proxyAnswer(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) {
    const isText = type === '' || type.startsWith('text/') || type.includes('xml');
    if (!isText) return response.blob();
    return (await response.text()) || undefined;
  }
  const text = await response.text();
  if (text === '') return undefined;
  const json = JSON.parse(text) as unknown;
  const isWrapped = typeof json === 'object' && json !== null && 'output' in json;
  return isWrapped ? (json as { output: unknown }).output : json;
}
