import { expect, test } from 'vitest';
import { accentVariables, chooseTheme, contrast, parseColor, readable } from './theme';

const accents = ['#ffffff', '#000000', '#ffff00', '#2f6f4f', '#808080', '#ff0000', '#1b1d22'];

test.each(accents)('text in and on the accent %s can be read in both themes', (accent) => {
  for (const theme of ['light', 'dark'] as const) {
    const background: [number, number, number] =
      theme === 'light' ? [255, 255, 255] : [27, 29, 34];
    expect(contrast(readable(parseColor(accent), background), background)).toBeGreaterThanOrEqual(
      4.5,
    );
    const ink = parseColor(
      accentVariables(accent, theme)['--on-accent'] === 'rgb(0 0 0)' ? '#000000' : '#ffffff',
    );
    expect(contrast(parseColor(accent), ink)).toBeGreaterThanOrEqual(4.5);
  }
});

test('an accent that is no colour falls back', () => {
  expect(parseColor('red; background: url(x)')).toEqual(parseColor('#2f5bd7'));
  expect(parseColor(undefined)).toEqual(parseColor('#2f5bd7'));
});

test('the device decides unless a theme is asked for', () => {
  expect(chooseTheme('system', true)).toBe('dark');
  expect(chooseTheme(undefined, false)).toBe('light');
  expect(chooseTheme('dark', false)).toBe('dark');
});
