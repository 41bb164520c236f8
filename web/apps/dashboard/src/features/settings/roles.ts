// The roles, in words (server/accounts/roles.cpp has the table).
import type { Choice } from '@tenon/ui';

export const roles: readonly Choice[] = [
  { id: 'admin', name: 'Administrator', note: 'Everything: keys, members, settings' },
  { id: 'member', name: 'Member', note: 'Builds integrations, manages users and secrets' },
  { id: 'support', name: 'Support', note: 'Sees integrations and users, changes nothing' },
];
