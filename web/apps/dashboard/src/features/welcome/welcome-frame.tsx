// What the pages before the dashboard share: the mark, a title, one card.
import type { ReactNode } from 'react';
import { TenonMark } from '../../shared/mark';
import './welcome.css';

export interface WelcomeFrameProps {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  width?: 'm' | 'l';
}

export function WelcomeFrame({ title, lead, children, footer, width = 'm' }: WelcomeFrameProps) {
  return (
    <main className={`welcome welcome-${width}`}>
      <title>{`${title} · Tenon`}</title>
      <div className="welcome-head">
        <TenonMark size={40} />
        <h1>{title}</h1>
        {lead ? <p className="tn-page-lead">{lead}</p> : null}
      </div>
      <div className="welcome-card">{children}</div>
      {footer ? <div className="welcome-foot">{footer}</div> : null}
    </main>
  );
}
