import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from './api-error';
import { ApiClient } from './client';

interface Sent {
  url: string;
  method: string;
  csrf: string | null;
  body: unknown;
}

// Answers calls one after the other and tells what was sent.
function givenServer(
  ...answers: { status: number; json?: unknown; headers?: HeadersInit }[]
): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    sent.push({
      url,
      method: init.method ?? 'GET',
      csrf: headers.get('X-Tenon-CSRF'),
      body: init.body,
    });
    const answer = answers.shift();
    if (!answer) throw new TypeError('no answer left');
    const { status, json } = answer;
    return new Response(json === undefined ? null : JSON.stringify(json), {
      status,
      headers: { 'Content-Type': 'application/json', ...answer.headers },
    });
  });
  return sent;
}

const path = { projectId: 'p/1' };
const expired = { status: 401, json: { code: 'auth.required', message: 'Sign in first.' } };
const list = { status: 200, json: { items: [], nextCursor: null } };

afterEach(() => {
  vi.unstubAllGlobals();
});

test('paths and queries are escaped, and what is undefined or empty is left out', async () => {
  const sent = givenServer(list);
  await new ApiClient().get('/api/v1/projects/{projectId}/users', {
    path,
    query: { search: 'a&b c', limit: 5, cursor: '' },
  });
  expect(sent[0]).toMatchObject({
    url: '/api/v1/projects/p%2F1/users?search=a%26b+c&limit=5',
    csrf: null,
  });
});

test('changes carry the CSRF token of the session', async () => {
  const sent = givenServer({ status: 204 });
  const api = new ApiClient();
  api.useSession({ csrfToken: 'token-1' });
  await api.delete('/api/v1/session', {});
  expect(sent[0]).toMatchObject({ method: 'DELETE', csrf: 'token-1' });
});

test('a refusal names its fields', async () => {
  givenServer({
    status: 400,
    json: {
      message: 'name: too long',
      code: 'validation_failed',
      meta: { problems: [{ field: 'name', rule: 'too long' }] },
    },
    headers: { 'Retry-After': '7' },
  });
  const error = await new ApiClient()
    .post('/api/v1/projects', { body: { name: 'x' } })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 400, code: 'validation_failed', retryAfterSeconds: 7 });
  expect((error as ApiError).problemOf('name')).toBe('too long');
  expect((error as ApiError).problemOf('slug')).toBeUndefined();
});

test('a server that cannot be reached is a refusal too', async () => {
  givenServer();
  await expect(new ApiClient().get('/api/v1/projects', {})).rejects.toMatchObject({ status: 0 });
});

test('a call whose session ended is sent again after signing in', async () => {
  const sent = givenServer(expired, list);
  const signInAgain = vi.fn(async () => true);
  await new ApiClient({ signInAgain }).get('/api/v1/projects', {});
  expect(signInAgain).toHaveBeenCalledTimes(1);
  expect(sent).toHaveLength(2);
});

test('it is not sent again when nobody signs in, nor more than once', async () => {
  const sent = givenServer(expired, expired, expired);
  await expect(
    new ApiClient({ signInAgain: async () => false }).get('/api/v1/projects', {}),
  ).rejects.toMatchObject({ status: 401 });
  expect(sent).toHaveLength(1);
  await expect(
    new ApiClient({ signInAgain: async () => true }).get('/api/v1/projects', {}),
  ).rejects.toMatchObject({ status: 401 });
  expect(sent).toHaveLength(3);
});

test('a wrong password asks nobody to sign in again', async () => {
  givenServer({ status: 401, json: { code: 'auth.wrong_credentials', message: 'No.' } });
  const signInAgain = vi.fn(async () => true);
  await expect(
    new ApiClient({ signInAgain }).post('/api/v1/session', {
      body: { email: 'a', password: 'b' },
    }),
  ).rejects.toMatchObject({ code: 'auth.wrong_credentials' });
  expect(signInAgain).not.toHaveBeenCalled();
});

test('a CSRF token that another tab made old is renewed', async () => {
  const refused = { status: 403, json: { code: 'auth.csrf', message: 'No.' } };
  const sent = givenServer(refused, { status: 200, json: { csrfToken: 'new' } }, { status: 204 });
  const api = new ApiClient();
  api.useSession({ csrfToken: 'old' });
  await api.delete('/api/v1/sessions/{sessionId}', { path: { sessionId: 's' } });
  expect(sent.map(({ csrf }) => csrf)).toEqual(['old', null, 'new']);
});

test('a role that does not suffice is told at once', async () => {
  const sent = givenServer({ status: 403, json: { code: 'auth.forbidden', message: 'No.' } });
  await expect(
    new ApiClient().get('/api/v1/projects/{projectId}/api-keys', { path }),
  ).rejects.toMatchObject({ code: 'auth.forbidden' });
  expect(sent).toHaveLength(1);
});
