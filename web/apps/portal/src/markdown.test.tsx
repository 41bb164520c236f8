import { expect, test } from 'vitest';
import { blocksOf, inline } from './markdown';

// Elements as plain data, so that no browser is needed.
const plain = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(plain).filter((one) => one !== '');
  const { type, props } = (node ?? {}) as {
    type?: string;
    props?: { children?: unknown; href?: string };
  };
  if (!type || !props) return node;
  return { type, ...(props.href ? { href: props.href } : {}), children: plain(props.children) };
};

test('emphasis, code and links', () => {
  expect(plain(inline('a **b** `c` [d](https://e.example)'))).toEqual([
    'a ',
    { type: 'strong', children: ['b'] },
    ' ',
    { type: 'code', children: 'c' },
    ' ',
    { type: 'a', href: 'https://e.example', children: ['d'] },
  ]);
});

test.each([
  '[x](javascript:alert(1))',
  '[x](data:text/html,x)',
  '[x](JaVaScRiPt:alert)',
  '![x](vbscript:x)',
  '[x](//evil.example)',
])('%s is no link', (text) => {
  expect(JSON.stringify(plain(inline(text)))).not.toContain('"a"');
});

test('HTML stays text', () => {
  expect(plain(inline('<img src=x onerror=alert(1)>'))).toEqual(['<img src=x onerror=alert(1)>']);
});

test('blocks end where their kind ends', () => {
  expect(blocksOf('# A\ntext\nmore\n- one\n- two\n\n1. x')).toEqual([
    ['# A'],
    ['text', 'more'],
    ['- one', '- two'],
    ['1. x'],
  ]);
});
