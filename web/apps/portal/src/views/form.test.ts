import { expect, test } from 'vitest';
import { problemOf } from './form';
import type { Say } from './words';

const say: Say = (text) => text;
const input = { id: 'a', title: 'A', type: 'TEXT_NO_VARS' };

test.each([
  [input, '', 'required'],
  [input, '  ', 'required'],
  [{ ...input, required: false }, '', ''],
  [{ ...input, defaultValue: 'x' }, '', ''],
  [{ ...input, type: 'EMAIL' }, 'x', 'notEmail'],
  [{ ...input, type: 'EMAIL' }, 'x@y.example', ''],
  [{ ...input, type: 'URL' }, 'example.com', 'notAddress'],
  [{ ...input, type: 'URL' }, 'https://example.com', ''],
  [{ ...input, type: 'NUMBER' }, '1,5', 'notNumber'],
  [{ ...input, type: 'NUMBER' }, '-1.5', ''],
  [{ ...input, pattern: '[a-z]{3}' }, 'abcd', 'wrongForm'],
  [{ ...input, pattern: '[a-z]{3}' }, 'abc', ''],
  [{ ...input, pattern: '(' }, 'the server judges', ''],
  [{ ...input, pattern: '[a-z]+', suffixLabel: '.x.example' }, 'a.x.example', ''],
  [{ ...input, type: 'PASSWORD' }, ' ', ''],
])('%o with "%s": %s', (field, value, problem) => {
  expect(problemOf(field, value, say)).toBe(problem);
});
