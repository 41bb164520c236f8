// The integrations of examples/integrations/ as they stand, against fakes: only the providers'
// hosts are replaced by the fake's address.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './paths.mjs';
import { approveAtOnce } from './world.mjs';

const escaped = (text) => text.replaceAll('.', '\\.');

// `fake.hosts` are replaced as they are. Under `fake.sites` every customer has a host of their own,
// which becomes the first segment of the path, as loopback has no subdomains.
export function yamlOf(name, fake) {
  let text = readFileSync(
    join(repositoryRoot, 'examples', 'integrations', `${name}.yaml`),
    'utf8',
  );
  for (const site of fake.sites ?? []) {
    const host = new RegExp(`https://(\\{\\{[^}]*\\}\\})\\.${escaped(site)}`, 'g');
    text = text.replaceAll(host, `${fake.origin}/$1`);
  }
  for (const host of fake.hosts ?? []) text = text.replaceAll(`https://${host}`, fake.origin);
  assert.ok(text.includes(fake.origin), `no known host of ${name} in its YAML`);
  return text;
}

// Stores this developer's app where the example looks for it, and applies the example.
export async function appliedExample(world, name, fake, secrets = {}) {
  const prefix = name.split('-')[0].toUpperCase();
  const app = fake.clientId ? { CLIENT_ID: fake.clientId, ...secrets } : secrets;
  if (fake.clientSecret) app.CLIENT_SECRET = fake.clientSecret;
  for (const [part, value] of Object.entries(app)) {
    await world.asDeveloper('PUT', `/secrets/${prefix}_${part}`, { value });
  }
  const yaml = yamlOf(name, fake);
  const {
    integrations: [outcome],
  } = await world.applyYaml(yaml);
  assert.equal(outcome.change, 'created');
  // What is exported and applied again changes nothing.
  const exported = await world.api('GET', `/integrations/${outcome.id}/export`);
  const again = await world.applyYaml(exported.text);
  assert.equal(again.integrations[0].change, 'unchanged', exported.text);
  const saved = await world.apiJson('GET', `/integrations/${outcome.id}`);
  assert.equal(saved.status, 'active', JSON.stringify(saved.missing));
  return saved;
}

export const connectExample = (user, integration, fields = {}) =>
  user.connectThroughPage(integration, { approve: approveAtOnce, fields });

// A connected account whose access token the provider has forgotten: the next call refreshes it,
// and once more, which a provider that rotates refresh tokens refuses if the old one comes again.
export async function survivesExpiry(fake, call) {
  for (let round = 0; round < 2; round += 1) {
    fake.expireAccessTokens();
    const before = fake.tokenCalls.length;
    const answer = await call();
    assert.equal(answer.status, 200, `round ${round}: ${answer.text}`);
    assert.equal(fake.tokenCalls.length, before + 1);
    assert.equal(fake.tokenCalls.at(-1).grant_type, 'refresh_token');
  }
}
