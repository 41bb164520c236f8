import { expect, test } from 'vitest';
import { metadataChange } from './metadata-change';

const before = { Name: 'Ada', plan: { seats: 3 } };

test('only what differs is sent, and what is gone becomes null', () => {
  expect(metadataChange(before, '{"Name":"Grace","plan":{"seats":3},"new":1}')).toEqual({
    kind: 'change',
    members: { Name: 'Grace', new: 1 },
  });
  expect(metadataChange(before, '{"Name":"Ada"}')).toEqual({
    kind: 'change',
    members: { plan: null },
  });
  expect(metadataChange(before, ' {"plan":{"seats":3},"Name":"Ada"} ')).toEqual({ kind: 'none' });
});

test.each(['', '{', '[]', 'null', '"text"', '7'])('%j is refused with a rule', (text) => {
  expect(metadataChange(before, text)).toMatchObject({ kind: 'wrong' });
});
