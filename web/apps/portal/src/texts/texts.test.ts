import { expect, test } from 'vitest';
import { chooseLanguage, fill, languages } from '.';
import { en } from './en';

const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test.each(Object.keys(languages))(
  '%s says everything, with the same places to fill',
  (language) => {
    const texts = languages[language] ?? en;
    expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort());
    for (const [name, text] of Object.entries(texts)) {
      expect(text.trim(), name).not.toBe('');
      expect(placesOf(text), name).toEqual(placesOf(en[name as keyof typeof en]));
    }
  },
);

test('the language asked for goes before the browser’s, and English is last', () => {
  expect(chooseLanguage('de', ['fr'])).toBe('de');
  expect(chooseLanguage('xx', ['nl', 'pt-BR'])).toBe('pt');
  expect(chooseLanguage(undefined, ['nl'])).toBe('en');
  expect(chooseLanguage('constructor', [])).toBe('en');
});

test('what is filled in is not filled again', () => {
  expect(fill('{a} {b}', { a: '{b}', b: 'x' })).toBe('{b} x');
});
