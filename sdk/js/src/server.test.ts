import { createVerify, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { signUserToken } from './server.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const options = { projectId: 'p-1', privateKey, userId: 'alice' };
const part = (token: string, at: number) =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

test('the token is RS256, for the project, and ends', () => {
  const token = signUserToken({ ...options, expiresIn: 60, claims: { team: 7, sub: 'mallory' } });
  expect(part(token, 0)).toEqual({ alg: 'RS256', typ: 'JWT' });
  const claims = part(token, 1);
  expect(claims).toMatchObject({ sub: 'alice', aud: 'useparagon.com/p-1', team: 7 });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
  const [head, body, signature] = token.split('.');
  const verify = createVerify('RSA-SHA256').update(`${head}.${body}`);
  expect(verify.verify(publicKey, signature ?? '', 'base64url')).toBe(true);
});

test('a key with written-out line breaks is understood', () => {
  const oneLine = privateKey.replaceAll('\n', '\\n');
  expect(signUserToken({ ...options, privateKey: oneLine }).split('.')).toHaveLength(3);
});

test.each([
  { ...options, projectId: '' },
  { ...options, userId: '' },
  { ...options, expiresIn: 0 },
  { ...options, expiresIn: 8 * 24 * 3600 },
  { ...options, privateKey: 'not a key' },
])('%o is refused', (wrong) => {
  expect(() => signUserToken(wrong)).toThrow();
});
