// What to call a connected user: the name their product gave, or else their id.
import type { Schema } from '@tenon/api-client';

export function userNames(user: Pick<Schema<'ConnectedUser'>, 'externalId' | 'meta'>): {
  name: string;
  note: string;
} {
  const text = (key: string) => {
    const value = user.meta[key];
    return typeof value === 'string' ? value.trim() : '';
  };
  const name = text('Name') || text('Email') || user.externalId;
  const notes = [...new Set([text('Email'), user.externalId])].filter(
    (note) => note !== '' && note !== name,
  );
  return { name, note: notes.join(' · ') };
}
