// Small texts that several features make.

// "integration.client_secret_replaced" → "Integration: client secret replaced".
export function humanAction(action: string): string {
  const [noun = '', ...rest] = action.split('.');
  const spaced = (text: string) => text.replaceAll('_', ' ').replace(/\bapi\b/g, 'API');
  const head = spaced(noun);
  return rest.length === 0 ? capital(head) : `${capital(head)}: ${rest.map(spaced).join(' ')}`;
}

// The path of an address of this server. Addresses in answers name the public host, and the page may have been opened
// under another name of it, whose pictures our policy would refuse.
export function ownPath(address: string): string {
  const { pathname, search } = new URL(address, 'http://here');
  return pathname + search;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

// What a browser calls itself, shortened to what its owner would recognise.
export function browserName(userAgent: string): string {
  const browser = /Edg\//.test(userAgent)
    ? 'Edge'
    : /OPR\//.test(userAgent)
      ? 'Opera'
      : /Firefox\//.test(userAgent)
        ? 'Firefox'
        : /Chrome\//.test(userAgent)
          ? 'Chrome'
          : /Safari\//.test(userAgent)
            ? 'Safari'
            : undefined;
  const system = /Windows/.test(userAgent)
    ? 'Windows'
    : /iPhone|iPad/.test(userAgent)
      ? 'iOS'
      : /Android/.test(userAgent)
        ? 'Android'
        : /Mac OS X/.test(userAgent)
          ? 'macOS'
          : /Linux/.test(userAgent)
            ? 'Linux'
            : undefined;
  if (!browser) return userAgent === '' ? 'Unknown browser' : userAgent.slice(0, 60);
  return system ? `${browser} on ${system}` : browser;
}
