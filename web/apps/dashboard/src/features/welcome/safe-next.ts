// Where to go after signing in: only to a path of this dashboard, whatever the address bar says.
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])[^\\]*$/.test(next) && !hasControls(next) ? next : '/';
}

function hasControls(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 0x20);
}
