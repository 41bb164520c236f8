// A word about a state, in its colour; and the round picture that stands for a person or a thing.
import type { ReactNode } from 'react';
import './styles/badge.css';
import type { Tone } from './notice';

export function Badge({
  tone = 'info',
  children,
}: {
  tone?: Tone | 'quiet';
  children: ReactNode;
}) {
  return (
    <span className={`tn-badge tn-tone-${tone}`}>
      <span className="tn-badge-dot" aria-hidden="true" />
      {children}
    </span>
  );
}

// The first letters of a name, on a ground that the name chooses. Decoration: the name stands beside it.
export function Avatar({ name, size = 'm' }: { name: string; size?: 's' | 'm' | 'l' }) {
  return (
    <span
      className={`tn-avatar tn-avatar-${size}`}
      data-hue={hueOf(name)}
      data-initials={initialsOf(name)}
      aria-hidden="true"
    />
  );
}

const hues = 6;

export function hueOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % hues;
}

export function initialsOf(name: string): string {
  const words = (name.split('@')[0] ?? '').split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}
