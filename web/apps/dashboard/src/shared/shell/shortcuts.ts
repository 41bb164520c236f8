// The keyboard shortcuts: one table for the listener and for the list under "?".
export const sequences = [
  { keys: ['g', 'i'], name: 'Go to integrations', to: '/p/$projectId/integrations' },
  { keys: ['g', 'u'], name: 'Go to connected users', to: '/p/$projectId/users' },
  { keys: ['g', 's'], name: 'Go to settings', to: '/p/$projectId/settings' },
] as const;

export type SequenceTarget = (typeof sequences)[number]['to'];

export function matchSequence(earlier: string, key: string): SequenceTarget | undefined {
  return sequences.find(({ keys }) => keys[0] === earlier && keys[1] === key)?.to;
}

// Keys pressed in a field belong to the field.
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
