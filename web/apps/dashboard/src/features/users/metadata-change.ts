// What to send so that the metadata becomes what was typed: the API merges members, and null removes one.
export type MetadataChange =
  | { kind: 'none' }
  | { kind: 'wrong'; rule: string }
  | { kind: 'change'; members: Record<string, unknown> };

export function metadataChange(before: Record<string, unknown>, text: string): MetadataChange {
  let after: unknown;
  try {
    after = JSON.parse(text);
  } catch {
    return { kind: 'wrong', rule: 'This is not JSON yet.' };
  }
  if (typeof after !== 'object' || after === null || Array.isArray(after)) {
    return { kind: 'wrong', rule: 'Metadata is an object: { "Name": "Ada" }.' };
  }
  const wanted = after as Record<string, unknown>;
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (JSON.stringify(before[name]) !== JSON.stringify(value)) members[name] = value;
  }
  for (const name of Object.keys(before)) {
    if (!(name in wanted)) members[name] = null;
  }
  return Object.keys(members).length === 0 ? { kind: 'none' } : { kind: 'change', members };
}
