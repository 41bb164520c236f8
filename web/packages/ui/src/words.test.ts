import { expect, test } from 'vitest';
import { hueOf, initialsOf } from './names';
import { relativeTime } from './relative';

const now = Date.parse('2026-06-15T12:00:00Z');
const second = 1000;

test.each([
  [0, 'just now'],
  [-59 * second, 'just now'],
  [59 * second, 'in a moment'],
  [-60 * second, '1 minute ago'],
  [-3600 * second, '1 hour ago'],
  [-86_400 * second, 'yesterday'],
  [-45 * 86_400 * second, 'last month'],
  [2 * 86_400 * second, 'in 2 days'],
])('%d ms away is %s', (away, words) => {
  expect(relativeTime(now + away, now)).toBe(words);
});

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada.lovelace@example.com', 'AL'],
  ['grace', 'G'],
  ['李 明', '李明'],
  ['👩‍🚀', '?'],
  ['', '?'],
])('%s has the initials %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});

test('a name keeps its colour', () => {
  expect(hueOf('Ada')).toBe(hueOf('Ada'));
  expect(hueOf('Ada')).toBeLessThan(6);
});
