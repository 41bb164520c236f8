import { expect, test } from 'vitest';
import { Catalog, findCredential, stateOf, withCredential } from './catalog.js';
import { addressesOf, proxyAnswer, proxyCall } from './transport.js';
import { readToken } from './token.js';
import type { AuthenticatedUser, Credential, Integration } from './types.js';

const credential = (id: string, externalId?: string) =>
  ({
    id,
    externalId: externalId ?? null,
    status: 'VALID',
    providerId: id,
    providerData: {},
    configurations: [{ id: `${id}-c`, isDefault: true, sharedSettings: {}, workflowSettings: {} }],
  }) as unknown as Credential;

test('an account is found by its id and by the product’s own name for it', () => {
  const state = stateOf([credential('a'), credential('b', 'Team B')]);
  expect(findCredential(state)?.id).toBe('a');
  expect(findCredential(state, 'b')?.id).toBe('b');
  expect(findCredential(state, 'ext:Team B')?.id).toBe('b');
  expect(findCredential(state, 'Team B')?.id).toBe('b');
  expect(findCredential(state, 'null')).toBeUndefined();
  expect(findCredential(undefined, 'b')).toBeUndefined();
});

test('a new account stands beside the others, a known one takes its own place', () => {
  const user = { integrations: { x: stateOf([credential('a')]) } } as unknown as AuthenticatedUser;
  const two = withCredential(user, 'x', credential('b')) as AuthenticatedUser;
  expect(two.integrations.x?.allCredentials.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(two.integrations.x?.enabled).toBe(true);
  const invalid = { ...credential('a'), status: 'INVALID' as const };
  const changed = withCredential(two, 'x', invalid) as AuthenticatedUser;
  expect(changed.integrations.x?.enabled).toBe(false);
  expect(changed.integrations.x?.allCredentials).toHaveLength(2);
});

test('workflows that are hidden or refused stand apart', () => {
  const catalog = new Catalog();
  catalog.fill([
    {
      id: 'i',
      type: 'custom.x',
      configs: [
        {
          values: {
            workflowMeta: {
              seen: { id: 'seen' },
              hidden: { id: 'hidden', hidden: true },
              refused: { id: 'refused' },
              undeployed: { id: 'undeployed' },
            },
          },
        },
      ],
      workflows: [{ id: 'seen', description: 'Seen' }, { id: 'hidden' }],
      noPermissionWorkflows: ['refused'],
    } as unknown as Integration,
  ]);
  const config = catalog.config('custom.x');
  expect(config.availableWorkflows.map(({ id }) => id)).toEqual(['seen']);
  expect(config.hiddenWorkflows.map(({ id }) => id)).toEqual(['hidden', 'refused']);
  expect(() => catalog.get('custom.y')).toThrow(/custom.y/);
});

test('addresses are one origin, with single ones replaced', () => {
  const table = addressesOf({ host: 'tenon.example.com' }, { CONNECT_PUBLIC_URL: 'http://x' });
  expect(table.ZEUS_PUBLIC_URL).toBe('https://tenon.example.com');
  expect(table.CONNECT_PUBLIC_URL).toBe('http://x');
  expect(addressesOf({ host: 'http://127.0.0.1:7300/' }).HERMES_PUBLIC_URL).toBe(
    'http://127.0.0.1:7300',
  );
  expect(() => addressesOf({ host: '' })).toThrow('host not specified');
});

test('bodies go as they are, objects as JSON; answers come back unwrapped', async () => {
  expect(proxyCall({ a: 1 })).toEqual({ json: { a: 1 } });
  expect(proxyCall('text')).toEqual({ body: 'text' });
  expect(proxyCall(undefined)).toEqual({});
  const json = (value: unknown) => proxyAnswer(Response.json(value));
  expect(await json({ output: { a: 1 } })).toEqual({ a: 1 });
  expect(await json({ a: 1 })).toEqual({ a: 1 });
  expect(await proxyAnswer(new Response('hello'))).toBe('hello');
  expect(await proxyAnswer(new Response(null, { status: 204 }))).toBeUndefined();
  const file = new Response(new Uint8Array([1, 2]), { headers: { 'content-type': 'image/png' } });
  expect(await proxyAnswer(file)).toBeInstanceOf(Blob);
});

test('a token is read, and what is none is refused', () => {
  const payload = Buffer.from(JSON.stringify({ sub: 'ålice', exp: 5 })).toString('base64url');
  expect(readToken(`x.${payload}.y`)).toEqual({ userId: 'ålice', expiresAt: 5 });
  expect(() => readToken('nonsense')).toThrow('A well-formed JWT');
});
