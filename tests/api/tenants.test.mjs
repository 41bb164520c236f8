// A foreign id answers exactly like a missing one, on every operation of the contract that takes one.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { send } from '../lib/http.mjs';
import { keyConnection, oauthConnection, startScene } from '../lib/scenes.mjs';
import { approveAtOidcProvider } from '../lib/world.mjs';

let scene;
let mine;
let theirs;
let contract;
let developer; // an administrator of my project, and of no other
let mallory;
let victim;
let foreign; // parameter name → a name that exists in the other project
let theirSecrets;
let owner; // a user of the other project who connected through the provider's page
let ownerCredential;

before(async () => {
  scene = await startScene();
  mine = scene.world;
  theirs = await mine.otherProject('Theirs');
  victim = await keyConnection({ ...scene, world: theirs });
  mallory = mine.user('mallory');
  await keyConnection(scene, { user: mallory });
  developer = await mine.invite('admin');
  const colleague = await theirs.invite('member');
  contract = (await send(`${mine.origin}/openapi.json`)).json();
  await theirs.asDeveloper('PUT', '/secrets/THEIR_SECRET', { value: 'theirs' });
  const idOf = async (path) => {
    const list = await theirs.asDeveloper('GET', path);
    return (list.items ?? list)[0]?.id ?? randomUUID();
  };
  const made = await theirs.asDeveloper('GET', '/secrets');
  theirSecrets = made.items.map(({ name, hash }) => ({ name, hash }));
  await theirs.asDeveloper('POST', '/invitations', { email: 'x@example.com', role: 'support' });
  owner = theirs.user('owner');
  const { crm } = await oauthConnection({ ...scene, world: theirs });
  const begun = await owner.beginOauth(crm);
  const end = await approveAtOidcProvider(owner.browser, begun.redirectUrl, 'owner');
  const { connectCredentialId } = await owner.finishOauth(crm, begun, end);
  ownerCredential = { id: connectCredentialId };
  foreign = {
    sessionId: (await colleague.visitor.send(`${mine.origin}/api/v1/sessions`)).json().items[0].id,
    invitationId: await idOf('/invitations'),
    integration: victim.keys.type,
    key: begun.sessionKey,
    target: `custom/${victim.keys.id}/echo`,
    integrationId: victim.keys.id,
    credentialId: victim.credential.id,
    userId: await idOf('/users'),
    signingKeyId: await idOf('/signing-keys'),
    accountId: (await theirs.asDeveloper('GET', '/members')).items.find(
      (one) => one.email === colleague.email,
    ).accountId,
    secretName: 'THEIR_SECRET',
    apiKeyId: await idOf('/api-keys'),
  };
});
after(() => scene?.stop());

const verbs = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

// ---- the matrix: every operation of the contract has a row ----
// Either why there is nothing of another project to name, or where the name stands:
// `path`, `query` or `body` is the parameter's name; `json` what else the body needs.
const pages = 'a page that everybody may read';
const own = "lists or changes the caller's own";
const secretLink = 'its path is a secret of its own';
const matrix = {
  completeSetup: secretLink,
  getSession: own,
  signIn: own,
  signOut: own,
  listSessions: own,
  revokeSession: { path: 'sessionId' },
  changePassword: own,
  listProjects: own,
  createProject: own,
  listMembers: own,
  changeMember: { path: 'accountId', json: { role: 'support' } },
  removeMember: { path: 'accountId' },
  listInvitations: own,
  createInvitation: own,
  revokeInvitation: { path: 'invitationId' },
  inspectInvitation: secretLink,
  acceptInvitation: secretLink,
  listApiKeys: own,
  createApiKey: own,
  revokeApiKey: { path: 'apiKeyId' },
  listUsers: own,
  getUser: { path: 'userId' },
  changeUser: { path: 'userId', json: { meta: {} } },
  removeUser: { path: 'userId' },
  createTryOutToken: own,
  getHome: pages,
  getSetupPage: secretLink,
  getSignInPage: pages,
  getJoinPage: pages,
  getAccountPage: pages,
  getProjectPage: pages,
  getProjectPages: pages,
  getDocs: pages,
  getOpenApi: pages,
  getAsset: pages,
  showPortal: pages,
  getPortalFile: pages,
  getSdkScript: pages,
  getHealth: pages,
  getReadiness: pages,
  getMetrics: pages,
  getSdkMetadata: own,
  getSdkUser: own,
  updateSdkUser: own,
  listSdkIntegrations: own,
  uninstallSdkIntegration: { path: 'integrationId' },
  listSdkCredentials: { query: 'integration' },
  createSdkCredential: { body: 'integrationId', json: { config: {}, payload: { api_key: 'x' } } },
  getSdkCredential: { path: 'credentialId' },
  updateSdkCredential: { path: 'credentialId', json: { config: {} } },
  completeSdkCredential: { path: 'credentialId', json: {} },
  createSdkConfiguration: { path: 'credentialId', json: {} },
  updateSdkConfiguration: { path: 'credentialId', json: { meta: {} } },
  deleteSdkConfiguration: { path: 'credentialId' },
  // Binds the browser, whatever it is about; what is connected is decided by buildOauth.
  showOauthNonce: { query: 'integrationId', may: 200, more: { action: 'custom' } },
  confirmOauthNonce: own,
  buildOauth: { query: 'integrationId', more: { action: 'custom' } },
  redirectToOauth: { query: 'integrationId', more: { action: 'custom' } },
  getOauthSession: { path: 'key', may: 200 }, // "unknown"
  deleteOauthSession: { path: 'key', may: 204 }, // a key that is not there is forgotten already
  beginSdkConnection: { body: 'integrationId', json: { sessionKey: 'a-session-key' } },
  getSdkPortal: own,
  showStartPage: secretLink,
  confirmStartPage: secretLink,
  oauthCallback: { path: 'integrationId', more: { state: 'x', code: 'x' }, anonymous: true },
  showConnectPage: secretLink,
  submitConnectPage: secretLink,
  disconnectOnConnectPage: secretLink,
  getAccentStyle: pages,
  createConnectLink: { body: 'integration', json: { userId: 'x' } },
  disconnectCredential: { path: 'credentialId' },
  listCredentials: { query: 'integrationId', may: 200 }, // an empty list
  getCredential: { path: 'credentialId' },
  listIntegrations: own,
  createIntegration: own,
  applyIntegrations: own,
  exportIntegrations: own,
  getIntegration: { path: 'integrationId' },
  updateIntegration: { path: 'integrationId', json: { name: 'X' } },
  deleteIntegration: { path: 'integrationId' },
  setIntegrationStatus: { path: 'integrationId', json: { status: 'draft' } },
  exportIntegration: { path: 'integrationId' },
  getIntegrationIcon: pages,
  getProject: own,
  updateProject: own,
  listSigningKeys: own,
  createSigningKey: own,
  revokeSigningKey: { path: 'signingKeyId' },
  listSecrets: own,
  putSecret: { path: 'secretName', json: { value: 'mine' }, may: 200 }, // makes one of my own
  removeSecret: { path: 'secretName', may: 204 },
  listAuditEvents: own,
  ...Object.fromEntries(
    verbs.map((verb) => [`proxy${verb[0].toUpperCase()}${verb.slice(1)}`, { path: 'target' }]),
  ),
};

const operations = () =>
  Object.entries(contract.paths).flatMap(([path, item]) =>
    verbs
      .filter((verb) => item[verb])
      .map((verb) => ({ verb, path, operation: item[verb].operationId })),
  );

// Names of another project, and names of the same form that exist nowhere.
const nowhere = (name) =>
  ({
    secretName: 'NO_SUCH_SECRET',
    integration: 'custom.nowhere',
    key: 'no-such-session-key',
    target: `custom/${randomUUID()}/echo`,
  })[name] ?? randomUUID();

// Answers compared without what differs by nature.
const shape = (answer) => ({
  status: answer.status,
  body: answer.text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replaceAll(/"(fingerprint|hash|createdAt|updatedAt)":"[^"]*"/g, '')
    .replaceAll(/THEIR_SECRET|NO_SUCH_SECRET/g, '<name>')
    .replaceAll(/nonce-[\w+/=-]+|nonce="[^"]*"/g, '')
    .replaceAll(/"requestId":"[^"]*"/g, ''),
});

// One call that names `id` where the row says; as an administrator of my project, or as its user.
function ask(
  { verb, path, operation },
  id,
  { projectId = mine.projectId, anonymous = false } = {},
) {
  const row = typeof matrix[operation] === 'object' ? matrix[operation] : {};
  const named = row.path ? `{${row.path}}` : undefined;
  const filled = path
    .replace('{projectId}', projectId)
    .replace(named, id)
    .replaceAll(/\{\w+\}/g, randomUUID());
  const query = new URLSearchParams({ ...row.more, ...(row.query ? { [row.query]: id } : {}) });
  const asUser = !path.startsWith('/api/');
  if (asUser && query.size > 0 && !anonymous && !row.anonymous && /nonce|build/.test(path))
    query.set('userToken', mallory.token);
  const json = row.body ? { ...row.json, [row.body]: id } : (row.json ?? {});
  const headers = { 'content-type': 'application/json' };
  const options = {
    method: verb.toUpperCase(),
    body: ['get', 'delete', 'head', 'options'].includes(verb) ? undefined : JSON.stringify(json),
    headers,
  };
  const url = `${mine.origin}${filled}${query.size > 0 ? `?${query}` : ''}`;
  if (anonymous || row.anonymous) return send(url, options);
  if (asUser) headers.authorization = `Bearer ${mallory.token}`;
  else Object.assign(headers, { 'x-tenon-csrf': developer.csrfToken, origin: mine.origin });
  return asUser ? send(url, options) : developer.visitor.send(url, options);
}

test('every operation of the contract stands in the matrix', () => {
  const missing = operations().filter(({ operation }) => matrix[operation] === undefined);
  assert.deepEqual(
    missing.map(({ operation }) => operation),
    [],
    'say in the matrix what of another project it could name',
  );
});

test("another project's name answers like a missing one, on every operation", async () => {
  const differences = [];
  let compared = 0;
  for (const entry of operations()) {
    const row = matrix[entry.operation];
    if (typeof row === 'string') continue;
    const name = row.path ?? row.query ?? row.body;
    assert.ok(foreign[name], `no ${name} of another project for ${entry.operation}`);
    const there = shape(await ask(entry, foreign[name]));
    const missing = shape(await ask(entry, nowhere(name)));
    if (JSON.stringify(there) !== JSON.stringify(missing))
      differences.push({ operation: entry.operation, there, missing });
    if (there.status < 400 && there.status !== row.may)
      differences.push({ operation: entry.operation, open: there.status });
    compared += 1;
  }
  assert.deepEqual(differences, []);
  assert.ok(compared >= 35, `only ${compared} operations were compared`);
});

test('after all that nothing of the other project has changed', async () => {
  const secrets = await theirs.asDeveloper('GET', '/secrets');
  assert.deepEqual(
    secrets.items.map(({ name, hash }) => ({ name, hash })),
    theirSecrets,
  );
  const session = await owner.sdkJson('GET', `/actions/session-id/${foreign.key}`);
  assert.equal(session.connectCredentialId, ownerCredential.id);
  assert.equal((await victim.user.proxy(victim.keys, '/echo')).status, 200);
  assert.equal(
    (await theirs.api('GET', `/integrations/${victim.keys.id}`)).json().status,
    'active',
  );
  assert.ok((await theirs.asDeveloper('GET', '/invitations')).items.length > 0);
});

test('another project answers like a missing one', async () => {
  const differences = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    if (!path.includes('{projectId}') || path.includes('/proxy/')) continue;
    for (const verb of verbs.filter(
      (one) => item[one] && matrix[item[one].operationId] !== pages,
    )) {
      const entry = { verb, path, operation: item[verb].operationId };
      const there = shape(await ask(entry, randomUUID(), { projectId: theirs.projectId }));
      const missing = shape(await ask(entry, randomUUID(), { projectId: randomUUID() }));
      if (there.status < 400) differences.push({ verb, path, open: there.status });
      if (JSON.stringify(there) !== JSON.stringify(missing))
        differences.push({ verb, path, there, missing });
    }
  }
  assert.deepEqual(differences, []);
});

test('nothing answers without a credential, except what says so', async () => {
  const open = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    if (!path.includes('{projectId}')) continue;
    for (const verb of verbs.filter(
      (one) => item[one] && matrix[item[one].operationId] !== pages,
    )) {
      const entry = { verb, path, operation: item[verb].operationId };
      const answer = await ask(entry, randomUUID(), { anonymous: true });
      if (answer.status < 400 && !/nonce/i.test(item[verb].operationId))
        open.push(`${verb} ${path}: ${answer.status}`);
    }
  }
  assert.deepEqual(open, []);
});

test("the victim's credential cannot be used by naming it", async () => {
  const before = scene.provider.api.requests.length;
  for (const selector of [victim.credential.id, `ext:${victim.credential.id}`]) {
    for (const target of [
      mallory.sdkUrl(`/proxy/${victim.keys.type}/echo`),
      mallory.sdkUrl(`/proxy/custom/${victim.keys.id}/echo`),
      mallory.sdkUrl('/proxy/custom.keys1/echo'),
    ]) {
      const answer = await send(target, {
        headers: { authorization: `Bearer ${mallory.token}`, 'x-paragon-credential': selector },
      });
      assert.equal(answer.status, 404, `${target}: ${answer.text}`);
    }
  }
  assert.equal(scene.provider.api.requests.length, before);
});

test('another user of the same project sees and uses nothing of mine', async () => {
  const owner = await keyConnection(scene);
  const stranger = mine.user('stranger');
  assert.deepEqual(await stranger.sdkJson('GET', '/credentials'), []);
  const missing = shape(await stranger.sdk('GET', `/credentials/${randomUUID()}`));
  assert.deepEqual(
    shape(await stranger.sdk('GET', `/credentials/${owner.credential.id}`)),
    missing,
  );
  const call = await stranger.proxy(owner.keys, '/echo', {
    headers: { 'x-paragon-credential': owner.credential.id },
  });
  assert.equal(call.status, 404);
  for (const [method, json] of [
    ['PATCH', { config: { sharedSettings: { stolen: 1 } } }],
    ['DELETE', undefined],
  ]) {
    const answer = await stranger.sdk(method, `/credentials/${owner.credential.id}`, json);
    assert.ok([404, 405].includes(answer.status), `${method} ${answer.status}`);
  }
  const still = await owner.user.sdkJson('GET', `/credentials/${owner.credential.id}`);
  assert.equal(still.configurations[0].sharedSettings?.stolen, undefined);
});

test('an API key works for its project alone', async () => {
  const answer = await send(theirs.projectUrl('/integrations'), {
    headers: { authorization: `Bearer ${mine.apiKey}` },
  });
  const missing = await send(
    mine.projectUrl('/integrations').replace(mine.projectId, randomUUID()),
    { headers: { authorization: `Bearer ${mine.apiKey}` } },
  );
  assert.deepEqual(shape(answer), shape(missing));
  assert.equal(answer.status, 404);
});

test('members that decide ownership are refused or ignored in bodies', async () => {
  const answer = await mine.api('POST', '/integrations', {
    name: 'Assigned',
    projectId: theirs.projectId,
  });
  if (answer.status < 300) assert.equal(answer.json().projectId, mine.projectId);
  else assert.match(answer.text, /projectId/);
});
