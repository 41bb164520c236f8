import { expect, test } from 'vitest';
import { asSecretName, isSecretName } from './secret-name';

test.each([
  ['crm client-id', 'CRM_CLIENT_ID'],
  ['API.KEY', 'API_KEY'],
  ['ключ$A', 'A'],
])('%s becomes %s', (typed, name) => {
  expect(asSecretName(typed)).toBe(name);
});

test('names begin with a letter and end in time', () => {
  expect(isSecretName('A')).toBe(true);
  expect(isSecretName('1A')).toBe(false);
  expect(isSecretName('_A')).toBe(false);
  expect(isSecretName('')).toBe(false);
  expect(isSecretName('A'.repeat(65))).toBe(false);
});
