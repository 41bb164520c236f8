// Scenes that many tests begin with: a made-up provider, a Tenon that may reach it, and connected
// users.
import { startProvider } from '../fakes/provider.mjs';
import { TestClock } from './clock.mjs';
import { apiKeyDefinition, givenTenon, oauthDefinition } from './world.mjs';

// A provider and a Tenon with a project, whose wall clock the test moves. `stop()` ends them.
export async function startScene(tenonOptions = {}) {
  const provider = await startProvider();
  const clock = new TestClock();
  const stop = async () => {
    await provider.stop();
    clock.stop();
  };
  try {
    const world = await givenTenon({
      ...tenonOptions,
      env: { ...clock.env, ...tenonOptions.env },
      allowEgress: [provider.host, ...(tenonOptions.allowEgress ?? [])],
    });
    return {
      provider,
      clock,
      world,
      stop: async () => {
        await world.stop();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

let count = 0;

// An OAuth integration of its own with a user who is connected: {crm, client, user, credential}.
export async function oauthConnection(
  { provider, world },
  { user = world.user(), changes = {} } = {},
) {
  count += 1;
  const client = provider.addClient();
  const crm = await world.integration(
    oauthDefinition(provider, client, { name: `CRM ${count}`, ...changes }),
  );
  client.addRedirectUri(crm.redirectUrl);
  const credential = await user.connectThroughPage(crm);
  return { crm, client, user, credential };
}

// As oauthConnection(), with an access token that has just expired; as at a provider, it is good
// for nothing there either.
export async function expiredConnection(scene, options) {
  const { provider, clock } = scene;
  const seconds = provider.switches.accessTokenSeconds;
  provider.switches.accessTokenSeconds = 60;
  const connection = await oauthConnection(scene, options);
  provider.switches.accessTokenSeconds = seconds;
  clock.advance({ seconds: 61 });
  provider.forgetAccessTokens();
  provider.tokenCalls.length = 0;
  return connection;
}

// An integration whose calls carry an API key that the fake does not look at: {keys, user,
// credential}.
export async function keyConnection(
  { provider, world },
  { user = world.user(), changes = {}, key = 'test-key' } = {},
) {
  count += 1;
  const keys = await world.integration(
    apiKeyDefinition(provider, { name: `Keys ${count}`, ...changes }),
  );
  const credential = await user.connectedWithFields(keys, { api_key: key });
  return { keys, user, credential };
}
