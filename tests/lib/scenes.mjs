// Scenes that many tests begin with: a made-up provider, a Tenon that may reach it, and connected
// users.
import { startProvider } from '../fakes/provider.mjs';
import { apiKeyDefinition, givenTenon, oauthDefinition } from './world.mjs';

// A provider and a Tenon with a project. `stop()` ends both.
export async function startScene(tenonOptions = {}) {
  const provider = await startProvider();
  try {
    const world = await givenTenon({
      ...tenonOptions,
      allowEgress: [provider.host, ...(tenonOptions.allowEgress ?? [])],
    });
    return {
      provider,
      world,
      stop: async () => {
        await world.stop();
        await provider.stop();
      },
    };
  } catch (error) {
    await provider.stop();
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
