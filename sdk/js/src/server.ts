// @tenon/connect/server, for Node: signs user tokens. The private key stays on your server.
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';

export interface TokenOptions {
  // Your project's id in Tenon.
  projectId: string;
  // The project's private signing key, PEM; "\n" written as two characters is understood.
  privateKey: string | KeyObject;
  // Who it is: your id of the user or of the customer.
  userId: string;
  // Seconds until it expires; an hour without it.
  expiresIn?: number;
  // What the token may do; everything without it.
  permissions?: Record<string, unknown>;
  // More claims of your own.
  claims?: Record<string, unknown>;
}

const expiresInMax = 7 * 24 * 3600;
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signUserToken(options: TokenOptions): string {
  const { projectId, privateKey, userId, expiresIn = 3600, permissions, claims } = options;
  if (!projectId) throw new TypeError('projectId is required.');
  if (!userId) throw new TypeError('userId is required.');
  if (!(expiresIn > 0 && expiresIn <= expiresInMax)) {
    throw new RangeError(`expiresIn must be 1 to ${expiresInMax} seconds.`);
  }
  const key =
    typeof privateKey === 'string'
      ? createPrivateKey(privateKey.replaceAll('\\n', '\n'))
      : privateKey;
  const iat = Math.floor(Date.now() / 1000);
  const payload = {
    ...claims,
    sub: userId,
    aud: `useparagon.com/${projectId}`,
    iat,
    exp: iat + expiresIn,
    ...(permissions ? { 'urn:useparagon:connect:permissions': permissions } : {}),
  };
  const input = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), key).toString('base64url')}`;
}
