// A sentence that stands out: a problem with a form, a warning, good news, something to know.
import type { ReactNode } from 'react';
import { Icon } from './icon';
import './styles/notice.css';

export type Tone = 'info' | 'good' | 'warn' | 'bad';

export interface NoticeProps {
  tone?: Tone;
  title?: string;
  children?: ReactNode;
}

export function Notice({ tone = 'info', title, children }: NoticeProps) {
  return (
    <div className={`tn-notice tn-tone-${tone}`} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name={tone === 'good' ? 'check' : tone === 'info' ? 'bolt' : 'alert'} size={18} />
      <div className="tn-notice-text">
        {title ? <p className="tn-notice-title">{title}</p> : null}
        {children}
      </div>
    </div>
  );
}
