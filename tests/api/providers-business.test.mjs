// Examples of examples/integrations/ for accounting, sales and project work: Salesforce, HubSpot,
// QuickBooks, Xero, Jira. Each connects, calls, and gets through an expired token.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startHubspot } from '../fakes/hubspot.mjs';
import { startJira } from '../fakes/jira.mjs';
import { startQuickbooks } from '../fakes/quickbooks.mjs';
import { startSalesforce } from '../fakes/salesforce.mjs';
import { startXero } from '../fakes/xero.mjs';
import { appliedExample, connectExample, survivesExpiry } from '../lib/provider-examples.mjs';
import { givenTenon } from '../lib/world.mjs';

let fakes;
let world;

before(async () => {
  fakes = {
    salesforce: await startSalesforce(),
    hubspot: await startHubspot(),
    quickbooks: await startQuickbooks(),
    xero: await startXero(),
    jira: await startJira(),
  };
  world = await givenTenon({ allowEgress: Object.values(fakes).map((fake) => fake.host) });
});
after(async () => {
  await world?.stop();
  await Promise.all(Object.values(fakes ?? {}).map((fake) => fake.stop()));
});

test('Salesforce: the token answer names the host of the API; a 401 refreshes', async () => {
  const fake = fakes.salesforce;
  const salesforce = await appliedExample(world, 'salesforce', fake);
  const user = world.user('sally');
  const credential = await connectExample(user, salesforce, { environment: 'test' });
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, '005x00000012Q9P');
  assert.equal(credential.providerData.organizationId, '00Dx0000000BV7z');
  const call = () =>
    user.proxy(salesforce, '/services/data/v62.0/query?q=SELECT+Name+FROM+Account');
  assert.equal((await call()).json().output.records[0].Name, 'Acme');
  await survivesExpiry(fake, call);
  const paths = fake.requests.map((request) => request.target);
  assert.ok(paths.every((path) => path.startsWith('/test/') || path.startsWith('/na1/')));
  await user.sdk('DELETE', `/integrations/${salesforce.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
});

test('Salesforce: an environment that is no option is refused', async () => {
  const salesforce = (await world.apiJson('GET', '/integrations?search=salesforce')).items[0];
  const begun = await world
    .user('sam')
    .beginOauth(salesforce, { fields: { environment: 'evil.example.com/' } });
  assert.equal(begun.redirectUrl, undefined);
});

test('HubSpot: half-hour tokens and a refresh token that stays', async () => {
  const fake = fakes.hubspot;
  const hubspot = await appliedExample(world, 'hubspot', fake);
  const user = world.user('hugo');
  const credential = await connectExample(user, hubspot);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, '62515');
  const call = () => user.proxy(hubspot, '/crm/v3/objects/contacts?limit=1');
  assert.equal((await call()).json().output.results[0].id, '101');
  await survivesExpiry(fake, call);
  const spent = fake.tokenCalls.slice(1).map((fields) => fields.refresh_token);
  assert.equal(new Set(spent).size, 1);
});

test('QuickBooks: the company comes with the redirect, the refresh token changes', async () => {
  const fake = fakes.quickbooks;
  const quickbooks = await appliedExample(world, 'quickbooks', fake);
  const user = world.user('quinn');
  const credential = await connectExample(user, quickbooks);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.company, 'Acme Books');
  const call = () => user.proxy(quickbooks, `/companyinfo/${fake.realmId}`);
  assert.equal((await call()).json().output.CompanyInfo.CompanyName, 'Acme Books');
  await survivesExpiry(fake, call);
  const [first, second] = fake.tokenCalls.slice(1).map((fields) => fields.refresh_token);
  assert.notEqual(first, second);
  await user.sdk('DELETE', `/integrations/${quickbooks.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
});

test('Xero: the tenant is learned once and named with each call', async () => {
  const fake = fakes.xero;
  const xero = await appliedExample(world, 'xero', fake);
  const user = world.user('xena');
  const credential = await connectExample(user, xero);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, fake.tenantId);
  assert.equal(credential.providerData.tenantName, 'Demo Company (NZ)');
  const call = () => user.proxy(xero, '/Contacts');
  assert.equal((await call()).json().output.Contacts[0].Name, 'Ridgeway');
  await survivesExpiry(fake, call);
  await user.sdk('DELETE', `/integrations/${xero.id}`);
  assert.equal(fake.grants.refreshTokens.size, 0, 'the grant was not revoked');
});

test('Jira: JSON to the token endpoint, the cloud id in the base URL', async () => {
  const fake = fakes.jira;
  const jira = await appliedExample(world, 'jira', fake);
  const user = world.user('jim');
  const credential = await connectExample(user, jira);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.site, 'https://acme.atlassian.net');
  const call = () => user.proxy(jira, '/rest/api/3/myself');
  assert.equal((await call()).json().output.displayName, 'Ada');
  await survivesExpiry(fake, call);
});

test('Jira: a refresh token that Atlassian does not know (403) asks for a new connection', async () => {
  const fake = fakes.jira;
  const jira = (await world.apiJson('GET', '/integrations?search=jira')).items[0];
  const user = world.user('joan');
  const credential = await connectExample(user, jira);
  fake.grants.refreshTokens.clear();
  fake.expireAccessTokens();
  const refused = await user.proxy(jira, '/rest/api/3/myself');
  assert.ok(refused.status >= 400);
  const now = await user.sdkJson('GET', `/credentials/${credential.id}`);
  assert.equal(now.status, 'INVALID');
});
