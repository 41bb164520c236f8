import { expect, test } from 'vitest';
import { safeNext } from './safe-next';
import { problemsOfSetup } from './setup-rules';

test.each(['/p/1/users', '/p/1/users?search=a#b', '/account', '/'])(
  '%s is one of ours',
  (path) => {
    expect(safeNext(path)).toBe(path);
  },
);

test.each([
  undefined,
  '',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/a\\..\\evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
])('%j leads home instead', (path) => {
  expect(safeNext(path)).toBe('/');
});

test('the set-up form names every field that is wrong', () => {
  expect(problemsOfSetup({ email: 'ada', password: 'short', projectName: ' ' })).toEqual({
    email: 'Enter an e-mail address.',
    password: 'The password needs at least 10 characters.',
    projectName: 'Give the project a name.',
  });
  expect(
    problemsOfSetup({ email: ' ada@example.com ', password: '1234567890', projectName: 'P' }),
  ).toEqual({});
});
