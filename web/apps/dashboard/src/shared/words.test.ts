import { expect, test } from 'vitest';
import { browserName, count, humanAction, ownPath } from './words';

test('actions of the audit log become sentences', () => {
  expect(humanAction('secret.replaced')).toBe('Secret: replaced');
  expect(humanAction('api_key.last_used')).toBe('API key: last used');
  expect(humanAction('imported')).toBe('Imported');
});

test('pictures of this server are asked for under the name it was opened by', () => {
  expect(ownPath('https://tenon.example/integrations/1/icon.svg?v=2')).toBe(
    '/integrations/1/icon.svg?v=2',
  );
});

test('one thing is one thing', () => {
  expect(count(1, 'user')).toBe('1 user');
  expect(count(0, 'user')).toBe('0 users');
  expect(count(12_345, 'entry', 'entries')).toBe('12,345 entries');
});

test('browsers get their names, and unknown ones keep their own', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36';
  expect(browserName(chrome)).toBe('Chrome on Linux');
  expect(browserName(`${chrome} Edg/126.0`)).toBe('Edge on Linux');
  expect(browserName('curl/8.0')).toBe('curl/8.0');
  expect(browserName('')).toBe('Unknown browser');
});
