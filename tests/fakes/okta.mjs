// Okta as developer.okta.com describes it: everything under the organisation's host, and a client
// that signs an assertion (private_key_jwt) for each token request, revocation too.
import { generateKeyPairSync, verify } from 'node:crypto';
import { sendJson } from './http-server.mjs';
import { oauthParts, startOauthProvider } from './oauth-provider.mjs';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

// What is wrong with an assertion (RFC 7523 §3), if anything.
function problemOf(assertion, { clientId, publicKey, keyId, audience, used }) {
  const [head, body, signature] = assertion.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  const now = Date.now() / 1000;
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const isFresh = !used.has(claims.jti);
  used.add(claims.jti);
  const rules = {
    alg: header.alg === (publicKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256'),
    kid: header.kid === keyId,
    signature: isSigned,
    iss: claims.iss === clientId,
    sub: claims.sub === clientId,
    aud: claims.aud === audience,
    exp: claims.exp > now && claims.exp <= now + 3600,
    jti: typeof claims.jti === 'string' && isFresh,
  };
  return Object.keys(rules).find((name) => !rules[name]);
}

export async function startOkta({ domain = 'acme', keyType = 'rsa' } = {}) {
  const { privateKey, publicKey } =
    keyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const used = new Set();
  const problems = [];
  const profile = {
    clientId: '0oa1tenon',
    authorize: /^\/([^/]+)\/oauth2\/v1\/authorize$/,
    token: /^\/([^/]+)\/oauth2\/v1\/token$/,
    isClient: (call, fields) => {
      if (fields.client_assertion_type !== assertionType) return false;
      if (fields.client_secret || call.request.headers.authorization) return false;
      const problem = problemOf(fields.client_assertion, {
        clientId: profile.clientId,
        publicKey,
        keyId: 'tenon-1',
        audience: `http://${call.request.headers.host}${call.url.pathname}`,
        used,
      });
      if (problem) problems.push(problem);
      return problem === undefined;
    },
    offline: (grant) => grant.scope.split(' ').includes('offline_access'),
    rotates: true,
    answer: (tokens, grant) => ({
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: tokens.access,
      refresh_token: tokens.refresh,
      scope: grant.scope,
    }),
  };
  const parts = oauthParts(profile);
  const refuse = (call) =>
    sendJson(call.response, 401, {
      errorCode: 'E0000011',
      errorSummary: 'Invalid token provided',
    });
  const me = parts.api(
    (call) =>
      sendJson(
        call.response,
        200,
        { id: '00ub0oNGTSWTBKOLGLNR', status: 'ACTIVE', profile: { login: 'ada@example.com' } },
        { 'x-rate-limit-remaining': '599' },
      ),
    { refuse },
  );
  const fake = await startOauthProvider(
    profile,
    parts,
    [
      ['GET', /^\/([^/]+)\/api\/v1\/users\/me$/, me],
      ['POST', /^\/([^/]+)\/oauth2\/v1\/revoke$/, parts.revoke],
    ],
    { sites: ['okta.com'] },
  );
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { ...fake, domain, privatePem, problems };
}
