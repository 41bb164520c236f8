// The contract is what the server does: every operation is there, every wrong parameter and field
// is named.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { send } from '../lib/http.mjs';
import { startScene } from '../lib/scenes.mjs';
import { oauthDefinition } from '../lib/world.mjs';

let scene;
let world;
let contract;

before(async () => {
  scene = await startScene();
  world = scene.world;
  contract = (await send(`${world.origin}/openapi.json`)).json();
});
after(() => scene?.stop());

const verbs = ['get', 'post', 'put', 'patch', 'delete'];
const operations = () =>
  Object.entries(contract.paths).flatMap(([path, item]) =>
    verbs
      .filter((verb) => item[verb])
      .map((verb) => ({
        path,
        verb,
        ...item[verb],
        parameters: [...(item.parameters ?? []), ...(item[verb].parameters ?? [])].map(resolve),
      })),
  );

function resolve(value) {
  return value.$ref
    ? value.$ref
        .slice(2)
        .split('/')
        .reduce((node, key) => node[key], contract)
    : value;
}

test('it is OpenAPI 3.1 with unique operation ids and summaries', () => {
  assert.match(contract.openapi, /^3\.1/);
  const ids = operations().map((operation) => operation.operationId);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    operations()
      .filter((operation) => !operation.summary)
      .map((operation) => operation.operationId),
    [],
  );
  assert.ok(ids.length > 40, `${ids.length} operations`);
});

test('every reference in it leads somewhere', () => {
  const broken = [];
  const walk = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (typeof node.$ref === 'string') {
      try {
        if (!resolve(node)) broken.push(node.$ref);
      } catch {
        broken.push(node.$ref);
      }
    }
    Object.values(node).forEach(walk);
  };
  walk(contract);
  assert.deepEqual(broken, []);
});

// The reads that need nothing but a project: their query parameters refuse every wrong value by
// name.
function wrongValues(schema) {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.enum) return ['not-one-of-them', ''];
  if (type === 'integer') {
    return [
      'abc',
      '1.5',
      '',
      '99999999999999999999',
      ...(schema.minimum !== undefined ? [String(schema.minimum - 1)] : []),
      ...(schema.maximum !== undefined ? [String(schema.maximum + 1)] : []),
    ];
  }
  if (type === 'boolean') return ['maybe', '2', ''];
  if (schema.format === 'uuid') return ['not-a-uuid', '00000000-0000-4000-8000-00000000000'];
  if (schema.format === 'date-time') return ['yesterday', '2026-13-01T00:00:00Z'];
  return schema.maxLength ? ['x'.repeat(schema.maxLength + 1)] : [];
}

test('every query parameter refuses wrong values and names itself', async () => {
  const wrong = [];
  let tried = 0;
  for (const operation of operations()) {
    if (operation.verb !== 'get' || /\{(?!projectId)/.test(operation.path)) continue;
    for (const parameter of operation.parameters.filter((one) => one.in === 'query')) {
      for (const value of wrongValues(resolve(parameter.schema))) {
        tried += 1;
        const isSdk = operation.path.includes('/sdk/');
        const token = isSdk ? world.user('contract').token : world.apiKey;
        const path = operation.path.replace('{projectId}', world.projectId);
        const answer = await send(
          `${world.origin}${path}?${new URLSearchParams({ [parameter.name]: value })}`,
          { headers: { authorization: `Bearer ${token}` } },
        );
        if (answer.status !== 400 || !answer.text.includes(parameter.name)) {
          wrong.push(
            `${operation.operationId} ${parameter.name}=${value.slice(0, 30)}: ${answer.status} ${answer.text.slice(0, 120)}`,
          );
        }
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(tried > 0);
});

test('every body refuses what is not JSON, not an object, or unknown', async () => {
  const wrong = [];
  for (const operation of operations()) {
    const body = operation.requestBody && resolve(operation.requestBody);
    const schema = body?.content?.['application/json']?.schema;
    if (!schema || /\/proxy\/|\/setup$|\/session$|\{(?!projectId)/.test(operation.path)) continue;
    const isSdk = operation.path.includes('/sdk/');
    const token = isSdk ? world.user('contract').token : world.apiKey;
    const url = world.origin + operation.path.replace('{projectId}', world.projectId);
    for (const text of [
      '{',
      '[]',
      '7',
      '"x"',
      '{"a":1,}',
      '\ufeff{}',
      `${'['.repeat(5000)}`,
      '{"a":"\ud800"}',
    ]) {
      const answer = await send(url, {
        method: operation.verb.toUpperCase(),
        body: text,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      const isRefused = answer.status >= 400 && answer.status < 500;
      if (!isRefused)
        wrong.push(`${operation.operationId} took ${text.slice(0, 20)}: ${answer.status}`);
    }
    if (resolve(schema).additionalProperties === false) {
      const answer = await send(url, {
        method: operation.verb.toUpperCase(),
        body: '{"notAMember":1}',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      if (answer.status === 400 && !answer.text.includes('notAMember')) {
        wrong.push(
          `${operation.operationId} does not name notAMember: ${answer.text.slice(0, 200)}`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
});

const wrongDefinitions = [
  ['name', { name: '' }],
  ['name', { name: 'x'.repeat(81) }],
  ['name', { name: 7 }],
  ['slug', { slug: 'Not A Slug' }],
  ['accentColor', { accentColor: 'red' }],
  ['accentColor', { accentColor: '#12345' }],
  ['description', { description: 'x'.repeat(301) }],
  ['status', { status: 'published' }],
  ['icon', { icon: 'not svg' }],
  ['icon', { icon: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' }],
  ['icon', { icon: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' }],
  ['method', { authentication: { method: 'magic' } }],
  ['authorizationUrl', { authentication: { authorizationUrl: 'javascript:alert(1)' } }],
  ['accessTokenUrl', { authentication: { accessTokenUrl: 'not a url' } }],
  [
    'accessTokenUrl',
    { authentication: { accessTokenUrl: 'https://x.example.com/{{ inputs.missing }}' } },
  ],
  ['accessTokenUrl', { authentication: { accessTokenUrl: 'https://x.example.com/{{ broken' } }],
  ['clientAuthentication', { authentication: { clientAuthentication: 'maybe' } }],
  ['scopes', { authentication: { scopes: 'one two' } }],
  ['scopes', { authentication: { scopes: ['a', 'a'] } }],
  ['pkce', { authentication: { pkce: 'yes' } }],
  ['inputFields', { authentication: { inputFields: [{ id: '1bad', title: 'x' }] } }],
  [
    'inputFields',
    {
      authentication: {
        inputFields: [
          { id: 'a', title: 'x' },
          { id: 'a', title: 'y' },
        ],
      },
    },
  ],
  ['pattern', { authentication: { inputFields: [{ id: 'a', title: 'x', pattern: '(' }] } }],
  ['type', { authentication: { inputFields: [{ id: 'a', title: 'x', type: 'magic' }] } }],
  ['baseUrl', { api: { baseUrl: 'https://user:pw@example.com' } }],
  ['baseUrl', { api: { baseUrl: '{{ settings.unknown }}' } }],
  ['headers', { api: { headers: { 'Bad Name': 'x' } } }],
  ['headers', { api: { headers: { 'X-A': 'a\r\nb: c' } } }],
  ['testEndpoint', { api: { testEndpoint: { path: '/x', method: 'BREW' } } }],
  ['timeouts', { api: { timeouts: { connectMs: 1 } } }],
  ['retriesMax', { api: { retriesMax: 99 } }],
  ['rateLimitPerMinute', { api: { rateLimitPerMinute: 0 } }],
  [
    'authorization',
    { api: { authorization: { type: 'auth_header', headers: { Host: 'evil' } } } },
  ],
  ['surprise', { surprise: 1 }],
  ['surprise', { api: { surprise: 1 } }],
  ['surprise', { authentication: { surprise: 1 } }],
];

for (const [field, change] of wrongDefinitions) {
  test(`an integration with ${JSON.stringify(change).slice(0, 90)} is refused by the name ${field}`, async () => {
    const client = { clientId: 'c', clientSecret: 's' };
    const definition = { status: 'active', ...oauthDefinition(scene.provider, client, change) };
    const answer = await world.api('POST', '/integrations', definition);
    assert.equal(answer.status, 400, answer.text);
    const { problems } = answer.json().meta;
    assert.ok(
      problems.length > 0 && problems.every((problem) => problem.rule.length > 0),
      answer.text,
    );
    assert.ok(
      problems.some((problem) => problem.field.includes(field)),
      answer.text,
    );
  });
}

test('YAML round-trips: export, apply, export', async () => {
  await world.integration({
    ...oauthDefinition(scene.provider, { clientId: 'c', clientSecret: 's' }),
    name: 'Round trip',
    overview: 'Two\nlines: "quoted" # not a comment\n',
    accentColor: '#aabbcc',
  });
  const first = (await world.api('GET', '/integrations/export')).text;
  const applied = await world.applyYaml(first);
  assert.deepEqual([...new Set(applied.integrations.map((one) => one.change))], ['unchanged']);
  assert.equal((await world.api('GET', '/integrations/export')).text, first);
  const bomb =
    'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n';
  for (const yaml of [
    '',
    '- [',
    'name: x\nname: y\n',
    'just text',
    bomb,
    'name: !!python/object x\n',
  ]) {
    const answer = await world.api('POST', '/integrations/apply', undefined, {
      headers: { 'content-type': 'application/yaml' },
      body: yaml,
    });
    assert.equal(answer.status, 400, `${yaml.slice(0, 20)}: ${answer.status} ${answer.text}`);
  }
});

test('the slug never changes, and is unique in the project', async () => {
  const made = await world.integration({
    ...oauthDefinition(scene.provider, { clientId: 'c', clientSecret: 's' }),
    name: 'GitHub Enterprise!',
  });
  assert.equal(made.slug, 'githubenterprise');
  const renamed = await world.apiJson('PUT', `/integrations/${made.id}`, {
    ...made.definition,
    name: 'Something else',
  });
  assert.equal(renamed.slug, 'githubenterprise');
  const twin = await world.api('POST', '/integrations', { name: 'github enterprise' });
  assert.equal(twin.status, 409, twin.text);
  const nameless = await world.api('POST', '/integrations', { name: '日本語' });
  assert.equal(nameless.status, 400, nameless.text);
});

test('the icon is served inert', async () => {
  const icon =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="#0a0"/></svg>';
  const made = await world.integration({
    ...oauthDefinition(scene.provider, { clientId: 'c', clientSecret: 's' }),
    name: 'With icon',
    icon,
  });
  const answer = await send(new URL(made.iconUrl, world.origin).href);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^image\/svg\+xml/);
  assert.match(answer.headers['content-security-policy'], /sandbox/);
  assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
});

test('unknown routes and verbs answer in the envelope', async () => {
  const missing = await send(`${world.origin}/nothing/here`);
  assert.equal(missing.status, 404);
  assert.deepEqual(Object.keys(missing.json()).sort(), ['code', 'message', 'meta', 'status']);
  const verb = await send(`${world.origin}/healthz`, { method: 'DELETE' });
  assert.equal(verb.status, 405);
});
