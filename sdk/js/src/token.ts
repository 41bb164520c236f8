// A look into the user token, without a proof: the server proves it. Only who it is, and until when.

export interface TokenFacts {
  userId: string;
  expiresAt: number; // seconds since 1970
}

export function readToken(token: string): TokenFacts {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return { userId: String(claims.sub ?? claims.id ?? ''), expiresAt: Number(claims.exp ?? 0) };
  } catch {
    throw new Error('A well-formed JWT was not provided to authenticate()');
  }
}
