// User tokens as a product's server mints them (RS256), and the hostile ones that must never pass.
import { createHmac, createSign, createPublicKey } from 'node:crypto';

const encode = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export const nowSeconds = () => Math.floor(Date.now() / 1000);

// Signs any header and payload (objects, or text taken as it is).
export function signToken({
  privateKey,
  header = { alg: 'RS256', typ: 'JWT' },
  payload,
  hash = 'RSA-SHA256',
}) {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${createSign(hash).update(input).sign(privateKey).toString('base64url')}`;
}

export function userClaims(sub, { projectId, lifeSeconds = 3600, ...extra } = {}) {
  const iat = nowSeconds();
  const audience = projectId ? { aud: `useparagon.com/${projectId}` } : {};
  return { sub, iat, exp: iat + lifeSeconds, ...audience, ...extra };
}

export function userToken(privateKey, sub, options) {
  return signToken({ privateKey, payload: userClaims(sub, options) });
}

// Every one of these must get 401. `other` is a private key of another project.
export function hostileTokens({ privateKey, otherPrivateKey, projectId }) {
  const claims = userClaims('mallory', { projectId });
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  const publicJwk = createPublicKey(otherPrivateKey).export({ format: 'jwk' });
  const unsigned = (header, payload = claims, signature = '') =>
    `${encode(header)}.${encode(payload)}.${signature}`;
  const hmac = (secret, alg = 'HS256') => {
    const input = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
    const hash = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }[alg];
    return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
  };
  const sign = (payload, header) => signToken({ privateKey, payload, header });
  const { exp: _exp, ...withoutExp } = claims;
  const { sub: _sub, ...withoutSub } = claims;
  const good = sign(claims);
  const [head, body, signature] = good.split('.');
  const text = JSON.stringify(claims);
  return new Map([
    ...['none', 'None', 'NONE', 'nOnE', '', ' none', 'none\u0000'].map((alg) => [
      `alg ${JSON.stringify(alg)}`,
      unsigned({ alg, typ: 'JWT' }),
    ]),
    ['alg none with the good signature', `${encode({ alg: 'none' })}.${body}.${signature}`],
    ['no alg', unsigned({ typ: 'JWT' }, claims, signature)],
    ['alg a list', sign(claims, { alg: ['RS256'] })],
    ['HS256 keyed with the public key', hmac(publicPem)],
    ['HS256 keyed with the public key, trimmed', hmac(publicPem.trim())],
    [
      'HS256 keyed with the public key, DER',
      hmac(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
    ],
    ['HS384 keyed with the public key', hmac(publicPem, 'HS384')],
    ['HS512 keyed with nothing', hmac('', 'HS512')],
    [
      'RS512',
      signToken({ privateKey, header: { alg: 'RS512' }, payload: claims, hash: 'RSA-SHA512' }),
    ],
    [
      'RS384',
      signToken({ privateKey, header: { alg: 'RS384' }, payload: claims, hash: 'RSA-SHA384' }),
    ],
    ['PS256 in the header', sign(claims, { alg: 'PS256' })],
    ['signed by another key', signToken({ privateKey: otherPrivateKey, payload: claims })],
    [
      'another key, offered as jwk',
      signToken({
        privateKey: otherPrivateKey,
        payload: claims,
        header: { alg: 'RS256', jwk: publicJwk },
      }),
    ],
    [
      'another key, offered as jku',
      signToken({
        privateKey: otherPrivateKey,
        payload: claims,
        header: { alg: 'RS256', jku: 'http://127.0.0.1:9/keys' },
      }),
    ],
    [
      'hostile kid',
      signToken({
        privateKey: otherPrivateKey,
        payload: claims,
        header: { alg: 'RS256', kid: "../../../dev/null' OR 1=1 --" },
      }),
    ],
    ['crit header', sign(claims, { alg: 'RS256', crit: ['exp'] })],
    [
      'audience of another project',
      sign({ ...claims, aud: 'useparagon.com/00000000-0000-4000-8000-000000000000' }),
    ],
    ['expired', sign({ ...claims, exp: nowSeconds() - 120 })],
    ['no exp', sign(withoutExp)],
    ['exp as text', sign({ ...claims, exp: String(claims.exp) })],
    ['exp null', sign({ ...claims, exp: null })],
    ['exp negative', sign({ ...claims, exp: -1 })],
    ['exp beyond numbers', sign(text.replace(`"exp":${claims.exp}`, '"exp":1e400'))],
    ['nbf in the future', sign({ ...claims, nbf: nowSeconds() + 3600 })],
    ['iat in the future', sign({ ...claims, iat: nowSeconds() + 3600 })],
    ['no sub', sign(withoutSub)],
    ['empty sub', sign({ ...claims, sub: '' })],
    ['sub a number', sign({ ...claims, sub: 7 })],
    ['sub an object', sign({ ...claims, sub: { a: 1 } })],
    ['sub a list', sign({ ...claims, sub: ['mallory'] })],
    ['sub null', sign({ ...claims, sub: null })],
    ['sub true', sign({ ...claims, sub: true })],
    ['sub of 100 kB', sign({ ...claims, sub: 'x'.repeat(100_000) })],
    ['duplicate sub', sign(text.replace('{', '{"sub":"alice",'))],
    ['duplicate exp', sign(text.replace('{', '{"exp":1,'))],
    ['duplicate alg', `${encode('{"alg":"none","alg":"RS256"}')}.${body}.${signature}`],
    ['payload not JSON', sign('hello')],
    ['payload a list', sign('[1]')],
    ['payload with a BOM', sign(`\ufeff${text}`)],
    [
      'payload not UTF-8',
      signBytes(
        privateKey,
        Buffer.concat([
          Buffer.from('{"sub":"'),
          Buffer.from([0xff]),
          Buffer.from(`","exp":${claims.exp}}`),
        ]),
      ),
    ],
    [
      'payload nested 10,000 deep',
      sign(text.replace('{', `{"x":${'['.repeat(10_000)}${']'.repeat(10_000)},`)),
    ],
    ['huge (1 MB)', sign({ ...claims, pad: 'x'.repeat(1 << 20) })],
    ['signature cut', good.slice(0, -10)],
    ['signature empty', `${head}.${body}.`],
    ['signature with one bit turned', `${head}.${body}.${flip(signature)}`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.x`],
    ['base64 with padding', `${head}==.${body}.${signature}`],
    [
      'standard base64 alphabet',
      `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+/`,
    ],
    ['spaces inside', `${head} .${body}.${signature}`],
    ['empty', ''],
    ['dots', '..'],
  ]);
}

function signBytes(privateKey, payload) {
  const input = `${encode({ alg: 'RS256' })}.${payload.toString('base64url')}`;
  return `${input}.${createSign('RSA-SHA256').update(input).sign(privateKey).toString('base64url')}`;
}

function flip(signature) {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[20] ^= 1;
  return bytes.toString('base64url');
}
