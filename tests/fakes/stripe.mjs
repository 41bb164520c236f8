// Stripe Connect as docs.stripe.com/connect/oauth-reference describes it: the platform's secret key
// is the client secret; calls carry that key and name the connected account in Stripe-Account;
// deauthorizing names the account, not a token.
import { bearerToken, sendJson } from './http-server.mjs';
import { oauthParts, startOauthProvider } from './oauth-provider.mjs';

export async function startStripe({ accountId = 'acct_1032D82eZvKYlo2C' } = {}) {
  const profile = {
    clientId: 'ca_tenon_tests',
    clientSecret: 'stripe-platform-secret-key',
    authorize: /^\/oauth\/authorize()$/,
    token: /^\/oauth\/token()$/,
    isClient: (_call, fields, { clientSecret }) => fields.client_secret === clientSecret,
    authorizeNeeds: { scope: 'read_write' },
    answer: (tokens) => ({
      access_token: tokens.access,
      livemode: false,
      refresh_token: tokens.refresh,
      token_type: 'bearer',
      stripe_publishable_key: 'publishable',
      stripe_user_id: accountId,
      scope: 'read_write',
    }),
  };
  const parts = oauthParts(profile);
  const connected = new Set([accountId]);
  const account = (handler) => (call) => {
    if (bearerToken(call.request) !== profile.clientSecret)
      return sendJson(call.response, 401, { error: { type: 'invalid_request_error' } });
    if (!connected.has(call.request.headers['stripe-account']))
      return sendJson(call.response, 403, { error: { code: 'account_invalid' } });
    return handler(call);
  };
  const show = account((call) =>
    sendJson(call.response, 200, { id: accountId, object: 'account', country: 'US' }),
  );
  const customers = account((call) =>
    sendJson(call.response, 200, { object: 'list', data: [{ id: 'cus_1' }] }),
  );
  function deauthorize(call) {
    const form = call.form();
    if (
      bearerToken(call.request) !== profile.clientSecret ||
      form.get('client_id') !== profile.clientId ||
      !connected.delete(form.get('stripe_user_id'))
    )
      return sendJson(call.response, 400, { error: 'invalid_request' });
    return sendJson(call.response, 200, { stripe_user_id: form.get('stripe_user_id') });
  }
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/v1\/account$/, show],
      ['GET', /^\/v1\/customers$/, customers],
      ['POST', /^\/oauth\/deauthorize$/, deauthorize],
    ],
    { hosts: ['connect.stripe.com', 'api.stripe.com'] },
  );
  return { ...fake, accountId, connected };
}
