// The whole of Tenon on one machine, with no outside account: Tenon itself, the app provider Acme CRM
// (a real OAuth server with a consent page and a contacts API), and Orbit, a host product whose page
// embeds the SDK. `make demo` starts it and prints Orbit's address; everything is gone when it ends.
import { readFileSync } from 'node:fs';
import { startHttpServer } from '../../tests/fakes/http-server.mjs';
import { startProvider } from '../../tests/fakes/provider.mjs';
import { givenTenon } from '../../tests/lib/world.mjs';
import { userToken } from '../../tests/lib/tokens.mjs';

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

// An integration for each of the four ways to authenticate.
function definitions(crm, app) {
  const api = {
    baseUrl: crm.apiUrl,
    authorization: { type: 'bearer' },
    testEndpoint: { path: '/contacts' },
  };
  const look = { accentColor: '#2f6f4f', icon: file('acme.svg') };
  const grant = { accessTokenUrl: crm.tokenUrl, scopes: ['contacts.read', 'contacts.write'] };
  return [
    {
      ...look,
      name: 'Acme CRM',
      description: 'Your contacts, where your team works',
      overview:
        'Orbit reads the **contacts** of your Acme CRM and adds new ones.\n\n- Nothing is deleted\n- Disconnect at any time',
      userSettings: [
        { id: 'greeting', title: 'Greeting', placeholder: 'Dear', required: false },
        { id: 'daily', title: 'Daily summary', type: 'switch', required: false },
      ],
      authentication: {
        ...grant,
        method: 'oauth',
        authorizationUrl: crm.authorizationUrl,
        revocationUrl: crm.revocationUrl,
        clientId: app.clientId,
        clientSecret: app.clientSecret,
      },
      api: { ...api, userProfile: { url: '/me', providerIdPath: 'id' } },
    },
    {
      ...look,
      name: 'Acme CRM by API key',
      slug: 'acmekey',
      description: 'Connect with a key from your Acme settings',
      authentication: {
        method: 'basic',
        inputFields: [{ id: 'api_key', title: 'API key', type: 'password' }],
      },
      api: { ...api, authorization: { type: 'bearer', token: '{{ inputs.api_key }}' } },
    },
    {
      ...look,
      name: 'Acme CRM for servers',
      slug: 'acmeserver',
      description: 'Connect with the client id and secret of a service',
      authentication: { ...grant, method: 'oauth_client_credential' },
      api,
    },
    {
      ...look,
      name: 'Acme CRM by password',
      slug: 'acmepassword',
      description: 'Connect with user name and password',
      authentication: {
        ...grant,
        method: 'ropc_app',
        asksApiKey: false,
        clientId: app.clientId,
        clientSecret: app.clientSecret,
      },
      api,
    },
  ];
}

// A key that Acme's API takes: it is one of its own tokens.
async function makeApiKey(crm, app) {
  const basic = [app.clientId, app.clientSecret].map(encodeURIComponent).join(':');
  const answer = await fetch(crm.tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=contacts.read contacts.write',
  });
  return (await answer.json()).access_token;
}

export async function startDemo({ port = 0 } = {}) {
  const crm = await startProvider({ name: 'Acme CRM' });
  const app = crm.addClient({ clientId: 'orbit', clientSecret: 'demo-secret' });
  const world = await givenTenon({ allowEgress: [crm.host] });
  const [oauth] = await Promise.all(definitions(crm, app).map((one) => world.integration(one)));
  app.addRedirectUri(oauth.redirectUrl);
  const apiKey = await makeApiKey(crm, app);

  // Orbit: one page, and one route that signs a token for whoever is signed in to Orbit.
  const page = file('orbit.html')
    .replaceAll('{{tenon}}', world.origin)
    .replaceAll('{{apiKey}}', apiKey);
  const answers = {
    '/': ['text/html; charset=utf-8', () => page],
    '/orbit.js': ['text/javascript', () => file('orbit.js')],
    '/orbit.css': ['text/css', () => file('orbit.css')],
    '/token': [
      'application/json',
      () =>
        JSON.stringify({
          projectId: world.projectId,
          token: userToken(world.privateKey, 'olivia@orbit.example', world),
        }),
    ],
  };
  const orbit = await startHttpServer((request, response, url) => {
    const [type, body] = answers[url.pathname] ?? ['text/plain', () => 'Not found'];
    response.writeHead(url.pathname in answers ? 200 : 404, { 'content-type': type });
    response.end(body());
  }, port);
  await world.allowOrigins([orbit.origin]);
  return {
    origin: orbit.origin,
    world,
    stop: () => Promise.all([orbit.stop(), world.stop(), crm.stop()]),
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const demo = await startDemo({ port: Number(process.env.PORT ?? 7500) });
  console.log(`\n  Open ${demo.origin}  (Ctrl+C ends the demo)\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => demo.stop().then(() => process.exit(0)));
  }
}
