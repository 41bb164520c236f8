import { expect, test } from 'vitest';
import { userNames } from './user-names';

test('a user is called by name, then by address, then by id', () => {
  expect(
    userNames({ externalId: 'u-1', meta: { Name: 'Ada', Email: 'ada@example.com' } }),
  ).toEqual({ name: 'Ada', note: 'ada@example.com · u-1' });
  expect(userNames({ externalId: 'u-1', meta: { Email: 'ada@example.com' } })).toEqual({
    name: 'ada@example.com',
    note: 'u-1',
  });
  expect(userNames({ externalId: 'u-1', meta: { Name: 7 } })).toEqual({ name: 'u-1', note: '' });
});
