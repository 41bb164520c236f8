// A word about a state, in its colour; and the round picture that stands for a person or a thing.
import type { ReactNode } from 'react';
import { hueOf, initialsOf } from './names';
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
