// Slack as docs.slack.dev describes it: every answer is status 200 with `ok`; oauth.v2.access
// puts the user's token at authed_user.access_token (there is no top-level one when only
// user_scope was asked for).
import { bearerToken, sendJson } from './http-server.mjs';
import { Grants, randomText, startFake } from './oauth-fake.mjs';

export async function startSlack({
  clientId = '3336676.569200954261',
  clientSecret = 'slack-client-secret',
} = {}) {
  const grants = new Grants({ clientId, clientSecret });
  const say = (call, value) =>
    sendJson(call.response, 200, value, { 'x-slack-req-id': randomText(6) });
  const no = (call, error) => say(call, { ok: false, error });

  function authorize(call) {
    const query = call.url.searchParams;
    grants.approve(call, {
      scope: query.get('scope') ?? '',
      userScope: query.get('user_scope') ?? '',
    });
  }

  function access(call) {
    const fields = call.form();
    if (!grants.isClient(call)) return no(call, 'bad_client_secret');
    if (fields.get('grant_type') === 'refresh_token') return no(call, 'invalid_refresh_token');
    const grant = grants.spendCode(fields.get('code'));
    if (!grant) return no(call, 'invalid_code');
    if (fields.get('redirect_uri') !== grant.redirectUri) return no(call, 'bad_redirect_uri');
    const answer = {
      ok: true,
      app_id: 'A0KRD7HC3',
      team: { id: 'T9TK3CUKW', name: 'Slack Softball Team' },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: 'U1234' },
    };
    if (grant.scope !== '') {
      const bot = `xoxb-${randomText()}`;
      grants.accessTokens.set(bot, { ...grant, kind: 'bot' });
      Object.assign(answer, {
        access_token: bot,
        token_type: 'bot',
        scope: grant.scope,
        bot_user_id: 'U0KRQLJ9H',
      });
    }
    if (grant.userScope !== '') {
      const user = `xoxp-${randomText()}`;
      grants.accessTokens.set(user, { ...grant, kind: 'user' });
      Object.assign(answer.authed_user, {
        access_token: user,
        token_type: 'user',
        scope: grant.userScope,
      });
    }
    return say(call, answer);
  }

  const method = (handler) => (call) => {
    const token =
      bearerToken(call.request) ?? call.form().get('token') ?? call.url.searchParams.get('token');
    if (!token) return no(call, 'not_authed');
    const grant = grants.accessTokens.get(token);
    return grant ? handler(call, grant, token) : no(call, 'invalid_auth');
  };
  const authTest = method((call, grant) =>
    say(call, {
      ok: true,
      url: 'https://softball.slack.com/',
      team: 'Slack Softball Team',
      user: grant.kind === 'user' ? 'ada' : 'bot',
      team_id: 'T9TK3CUKW',
      user_id: grant.kind === 'user' ? 'U1234' : 'U0KRQLJ9H',
    }),
  );
  const identity = method((call) =>
    say(call, { ok: true, user: { name: 'Ada', id: 'U1234' }, team: { id: 'T9TK3CUKW' } }),
  );
  const postMessage = method((call) => {
    const { channel, text } = call.json();
    return channel
      ? say(call, { ok: true, channel, ts: '1503435956.000247', message: { text } })
      : no(call, 'channel_not_found');
  });
  const revoke = method((call, _grant, token) => {
    grants.accessTokens.delete(token);
    return say(call, { ok: true, revoked: true });
  });

  return {
    ...(await startFake(
      [
        ['GET', /^\/oauth\/v2\/authorize$/, authorize],
        ['POST', /^\/api\/oauth\.v2\.access$/, access],
        ['GET', /^\/api\/auth\.test$/, authTest],
        ['POST', /^\/api\/auth\.test$/, authTest],
        ['GET', /^\/api\/users\.identity$/, identity],
        ['POST', /^\/api\/chat\.postMessage$/, postMessage],
        ['GET', /^\/api\/auth\.revoke$/, revoke],
        ['POST', /^\/api\/auth\.revoke$/, revoke],
      ],
      (response) => sendJson(response, 200, { ok: false, error: 'unknown_method' }),
    )),
    hosts: ['slack.com'],
    clientId,
    clientSecret,
    grants,
  };
}
