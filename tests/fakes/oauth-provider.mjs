// The authorization code flow that most providers share, with the switches in which they differ.
// A fake of one provider is this plus its paths, its answers and its API.
import { createHash } from 'node:crypto';
import { basicCredentials, bearerToken, sendJson } from './http-server.mjs';
import { Grants, randomText, startFake } from './oauth-fake.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('base64url');

// How a client may show who it is; each gives whether it did so, and in no other way.
export const clientBy = {
  basic: (call, fields, { clientId, clientSecret }) => {
    const given = basicCredentials(call.request);
    return (
      given?.id === clientId && given.secret === clientSecret && fields.client_secret === undefined
    );
  },
  body: (call, fields, { clientId, clientSecret }) =>
    call.request.headers.authorization === undefined &&
    fields.client_id === clientId &&
    fields.client_secret === clientSecret,
};

// `profile`:
//   authorize, token      path patterns; the first group of each may name a customer's site
//   isClient              one of clientBy, or the same kind of function
//   tokenBody             'form' (default) or 'json'; anything else is refused
//   authorizeNeeds        query parameters that must be there, name → value
//   tokenProblem          (call, fields) → what is wrong with a token request, if anything
//   callback              (call) → parameters added to the redirect
//   offline               (grant) → whether a refresh token is given
//   rotates               a refresh spends its refresh token and gives a new one
//   answer                (tokens, grant, call) → the token answer
//   fail                  (call, status, code, words)
//   routes                more routes; see api() of the result of oauthParts()
export function oauthParts(profile) {
  const { clientId, clientSecret } = profile;
  const grants = new Grants({ clientId, clientSecret });
  const tokenCalls = [];
  const fail =
    profile.fail ??
    ((call, status, error, words) =>
      sendJson(call.response, status, { error, error_description: words }));

  function authorize(call) {
    const query = call.url.searchParams;
    const needs = { response_type: 'code', client_id: clientId, ...profile.authorizeNeeds };
    for (const [name, value] of Object.entries(needs)) {
      if (query.get(name) !== value)
        return fail(call, 400, 'invalid_request', `${name}: ${value}`);
    }
    const grant = { site: call.match[1], query };
    return grants.approve(call, grant, profile.callback?.(call));
  }

  function grantOf(fields) {
    if (fields.grant_type === 'refresh_token') {
      const grant = grants.refreshTokens.get(fields.refresh_token);
      if (grant && profile.rotates) grants.refreshTokens.delete(fields.refresh_token);
      return grant;
    }
    const grant = grants.spendCode(fields.code);
    const isVerified = !grant?.challenge || sha256(fields.code_verifier ?? '') === grant.challenge;
    return grant && isVerified && fields.redirect_uri === grant.redirectUri ? grant : undefined;
  }

  function token(call) {
    const type = call.request.headers['content-type'] ?? '';
    const isJson = type.startsWith('application/json');
    if (isJson !== (profile.tokenBody === 'json'))
      return fail(call, 415, 'invalid_request', `Content-Type ${type}`);
    const fields = isJson ? call.json() : Object.fromEntries(call.form());
    tokenCalls.push(fields);
    if (!profile.isClient(call, fields, { clientId, clientSecret }))
      return fail(call, 401, 'invalid_client', 'Client authentication failed');
    const problem = profile.tokenProblem?.(call, fields);
    if (problem) return fail(call, 400, 'invalid_request', problem);
    const grant = grantOf(fields);
    if (!grant || (grant.site !== undefined && grant.site !== call.match[1]))
      return fail(call, profile.deadStatus ?? 400, 'invalid_grant', 'Unknown or used up');
    return sendJson(call.response, 200, profile.answer(newTokens(grant, fields), grant, call));
  }

  function newTokens(grant, fields) {
    const tokens = { access: randomText(24), refresh: undefined };
    grants.accessTokens.set(tokens.access, grant);
    const isRefresh = fields.grant_type === 'refresh_token';
    const gives = (profile.offline?.(grant) ?? true) && (!isRefresh || profile.rotates);
    if (gives) {
      tokens.refresh = randomText(24);
      grants.refreshTokens.set(tokens.refresh, grant);
    }
    return tokens;
  }

  // A route of the provider's API: `handler(call, grant)` with a good token, `refuse(call)` else.
  const api =
    (handler, { tokenOf = (call) => bearerToken(call.request), refuse } = {}) =>
    (call) => {
      const grant = grants.accessTokens.get(tokenOf(call));
      if (grant) return handler(call, grant);
      return refuse ? refuse(call) : fail(call, 401, 'invalid_token', 'Expired or revoked');
    };

  // RFC 7009, for clients that show who they are as at the token endpoint.
  function revoke(call) {
    const isJson = (call.request.headers['content-type'] ?? '').startsWith('application/json');
    const fields = isJson ? call.json() : Object.fromEntries(call.form());
    if (!profile.isClient(call, fields, { clientId, clientSecret }))
      return fail(call, 401, 'invalid_client', 'Client authentication failed');
    grants.refreshTokens.delete(fields.token);
    grants.accessTokens.delete(fields.token);
    return sendJson(call.response, 200, {});
  }

  return {
    grants,
    tokenCalls,
    fail,
    api,
    revoke,
    routes: [
      ['GET', profile.authorize, authorize],
      ['POST', profile.token, token],
    ],
  };
}

// Starts the fake of these parts, with the routes of its API. `hosts` are the names that the
// provider's URLs have, `sites` the domains under which each customer has a host of their own.
export async function startOauthProvider(profile, parts, routes, { hosts = [], sites = [] }) {
  const server = await startFake([...parts.routes, ...routes], (response) =>
    sendJson(response, 404, { error: 'not_found' }),
  );
  return {
    ...server,
    hosts,
    sites,
    clientId: profile.clientId,
    clientSecret: profile.clientSecret,
    grants: parts.grants,
    tokenCalls: parts.tokenCalls,
    expireAccessTokens: () => parts.grants.accessTokens.clear(),
  };
}
