// Examples of examples/integrations/ for selling and messaging: Shopify, Stripe, Mailchimp, Twilio,
// OneSignal. Each connects, calls, and gets through an expired token where tokens expire.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { startMailchimp } from '../fakes/mailchimp.mjs';
import { startOnesignal } from '../fakes/onesignal.mjs';
import { startShopify } from '../fakes/shopify.mjs';
import { startStripe } from '../fakes/stripe.mjs';
import { startTwilio } from '../fakes/twilio.mjs';
import { appliedExample, connectExample, survivesExpiry } from '../lib/provider-examples.mjs';
import { givenTenon } from '../lib/world.mjs';

let fakes;
let world;

before(async () => {
  fakes = {
    shopify: await startShopify(),
    stripe: await startStripe(),
    mailchimp: await startMailchimp(),
    twilio: await startTwilio(),
    onesignal: await startOnesignal(),
  };
  world = await givenTenon({ allowEgress: Object.values(fakes).map((fake) => fake.host) });
});
after(async () => {
  await world?.stop();
  await Promise.all(Object.values(fakes ?? {}).map((fake) => fake.stop()));
});

test('Shopify: the shop in every URL, tokens that expire, a header of its own', async () => {
  const fake = fakes.shopify;
  const shopify = await appliedExample(world, 'shopify', fake);
  const user = world.user('shirley');
  const credential = await connectExample(user, shopify, { shop: fake.shop });
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, 'gid://shopify/Shop/1');
  const call = () =>
    user.proxy(shopify, '/graphql.json', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ shop { name } }"}',
    });
  assert.equal((await call()).json().output.data.shop.name, 'Acme Store');
  assert.equal(fake.requests.at(-1).headers.authorization, undefined);
  await survivesExpiry(fake, call);
  await user.sdk('DELETE', `/integrations/${shopify.id}`);
  assert.equal(fake.requests.at(-1).method, 'DELETE');
  assert.equal(fake.grants.refreshTokens.size, 0, 'the app was not uninstalled');
});

test('Shopify: what is no shop name is refused before any request', async () => {
  const shopify = (await world.apiJson('GET', '/integrations?search=shopify')).items[0];
  const seen = fakes.shopify.requests.length;
  for (const shop of ['evil.example.com/x?', '../admin', 'a@b']) {
    const begun = await world.user('mallory').beginOauth(shopify, { fields: { shop } });
    assert.equal(begun.redirectUrl, undefined, shop);
  }
  assert.equal(fakes.shopify.requests.length, seen);
});

test('Stripe: the platform key with the account in a header; disconnecting names the account', async () => {
  const fake = fakes.stripe;
  const stripe = await appliedExample(world, 'stripe', fake);
  const user = world.user('stan');
  const credential = await connectExample(user, stripe);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerId, fake.accountId);
  const customers = await user.proxy(stripe, '/customers');
  assert.equal(customers.json().output.data[0].id, 'cus_1', customers.text);
  assert.ok(!JSON.stringify(credential).includes(fake.clientSecret));
  await user.sdk('DELETE', `/integrations/${stripe.id}`);
  assert.equal(fake.connected.size, 0, 'the account was not deauthorized');
});

test('Mailchimp: the data center of the metadata is the host of the API', async () => {
  const fake = fakes.mailchimp;
  const mailchimp = await appliedExample(world, 'mailchimp', fake);
  const user = world.user('max');
  const credential = await connectExample(user, mailchimp);
  assert.equal(credential.status, 'VALID');
  assert.equal(credential.providerData.dc, 'us6');
  const lists = await user.proxy(mailchimp, '/lists');
  assert.equal(lists.json().output.lists[0].name, 'Readers', lists.text);
  assert.equal(fake.tokenCalls.length, 1);
});

test('Twilio: Basic of SID and token, forms pass as they are', async () => {
  const fake = fakes.twilio;
  const twilio = await appliedExample(world, 'twilio', fake);
  const user = world.user('tina');
  const fields = { account_sid: fake.accountSid, auth_token: fake.authToken };
  const wrong = await user.connectWithFields(twilio, { ...fields, auth_token: 'wrong-token' });
  assert.equal(wrong.json().code, '7003', wrong.text);
  assert.ok(!wrong.text.includes('wrong-token'));
  const credential = await user.connectedWithFields(twilio, fields);
  assert.equal(credential.providerId, fake.accountSid);
  const sent = await user.proxy(twilio, '/Messages.json', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'To=%2B15551234567&From=%2B15557654321&Body=Hi+there',
  });
  assert.equal(sent.json().output.to, '+15551234567', sent.text);
  assert.equal(sent.json().output.body, 'Hi there');
});

test('OneSignal: the key behind the word Key, the app in the test request', async () => {
  const fake = fakes.onesignal;
  const onesignal = await appliedExample(world, 'onesignal', fake);
  const user = world.user('ono');
  const fields = { app_id: fake.appId, api_key: fake.apiKey };
  const wrong = await user.connectWithFields(onesignal, { ...fields, api_key: 'wrong-key' });
  assert.equal(wrong.json().code, '7003', wrong.text);
  await user.connectedWithFields(onesignal, fields);
  const sent = await user.proxy(onesignal, '/notifications', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ app_id: fake.appId, contents: { en: 'Hello' } }),
  });
  assert.equal(sent.json().output.id, 'b98881cc-1e94-4366-bbd9-db8f3429292b', sent.text);
});
