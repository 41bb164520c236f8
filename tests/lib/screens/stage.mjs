// What stands on the stage when screens are looked at: a project with some of everything.
import { openBrowser } from '../browser.mjs';
import { signInBrowser } from '../dashboard.mjs';
import { oauthConnection, startScene } from '../scenes.mjs';
import { apiKeyDefinition } from '../world.mjs';

export async function setStage() {
  const scene = await startScene();
  const { world, provider } = scene;
  const ada = world.user('ada@acme.example');
  const { crm } = await oauthConnection(scene, {
    user: ada,
    changes: { name: 'Made-up CRM', description: 'Contacts and deals', accentColor: '#2f6f4f' },
  });
  await ada.sdkJson('PATCH', '/me', { meta: { Name: 'Ada Lovelace', Email: 'ada@acme.example' } });
  const broken = await brokenConnection(scene);
  await world.integration(apiKeyDefinition(provider, { name: 'Mail by key' }));
  for (const name of [
    'grace',
    'katherine',
    'a-very-long-user-id-that-goes-on-and-on-0123456789abcdef',
  ])
    await world.user(name).sdkJson('GET', '/me');
  await world.asDeveloper('PUT', '/secrets/CRM_CLIENT_SECRET', { value: 'made up' });
  await world.invite('support', 'sam@example.com');
  await world.asDeveloper('POST', '/invitations', { email: 'kim@example.com', role: 'member' });
  const users = {
    connected: await userId(world, 'ada@acme.example'),
    broken: await userId(world, broken),
  };
  const browser = await openBrowser();
  await signInBrowser(browser, world);
  const visitorBrowser = await openBrowser();
  return {
    ...scene,
    crm,
    users,
    browser,
    visitorBrowser,
    stop: async () => {
      await browser.close();
      await visitorBrowser.close();
      await scene.stop();
    },
  };
}

async function userId(world, externalId) {
  const { items } = await world.asDeveloper(
    'GET',
    `/users?search=${encodeURIComponent(externalId)}`,
  );
  return items[0].id;
}

// A user whose account the provider has come to refuse.
async function brokenConnection(scene) {
  const user = scene.world.user('bob');
  const { crm } = await oauthConnection(scene, { user, changes: { name: 'Revoked CRM' } });
  const { api, switches } = scene.provider;
  api.status = 401;
  switches.tokenError = 'invalid_grant';
  await user.proxy(crm, '/contacts');
  api.status = undefined;
  switches.tokenError = undefined;
  return 'bob';
}
