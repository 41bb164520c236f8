// What somebody types, as the exact origin of a web page; nothing when it is none.
export function asOrigin(text: string): string | undefined {
  const typed = text.trim();
  const withScheme = /^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return undefined;
  }
  const isBare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isBare && isWeb ? url.origin : undefined;
}
