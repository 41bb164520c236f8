import { expect, test } from 'vitest';
import { asOrigin } from './origin';

test.each([
  ['https://app.example.com', 'https://app.example.com'],
  ['app.example.com/', 'https://app.example.com'],
  [' HTTP://LOCALHOST:3000 ', 'http://localhost:3000'],
  ['https://app.example.com:443', 'https://app.example.com'],
])('%s is the origin %s', (typed, origin) => {
  expect(asOrigin(typed)).toBe(origin);
});

test.each([
  '',
  'https://',
  'https://a.example/path',
  'https://a.example/?q',
  'ftp://a.example',
  'a b',
])('%j is none', (typed) => {
  expect(asOrigin(typed)).toBeUndefined();
});
