// The frame of a page inside the app: where we are, its title, what can be done, its parts.
import type { ReactNode } from 'react';
import './styles/page.css';

export interface PageProps {
  title: string;
  // One sentence: what this page is for.
  lead?: ReactNode;
  // <Breadcrumbs> of <a>s above the title.
  breadcrumbs?: ReactNode;
  actions?: ReactNode;
  width?: 'narrow' | 'wide' | 'full';
  children: ReactNode;
}

export function Page({ title, lead, breadcrumbs, actions, width = 'wide', children }: PageProps) {
  return (
    <div className={`tn-page tn-page-${width}`}>
      <header className="tn-page-head">
        <div className="tn-page-words">
          {breadcrumbs}
          <h1>{title}</h1>
          {lead ? <p className="tn-page-lead">{lead}</p> : null}
        </div>
        {actions ? <div className="tn-page-actions">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

// The trail of links to this page, without the page itself.
export function Breadcrumbs({ children }: { children: ReactNode[] | ReactNode }) {
  const links = Array.isArray(children) ? children : [children];
  return (
    <nav aria-label="Breadcrumbs" className="tn-crumbs">
      <ol>
        {links.map((link, place) => (
          <li key={place}>{link}</li>
        ))}
      </ol>
    </nav>
  );
}

export interface SectionProps {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}

// One card of a page.
export function Section({ title, text, actions, children }: SectionProps) {
  return (
    <section className="tn-section" aria-label={title}>
      <div className="tn-section-head">
        <div>
          <h2>{title}</h2>
          {text ? <p className="tn-section-text">{text}</p> : null}
        </div>
        {actions ? <div className="tn-page-actions">{actions}</div> : null}
      </div>
      {children}
    </section>
  );
}

// Fields below one another, and the buttons that end them.
export function Stack({ children }: { children: ReactNode }) {
  return <div className="tn-stack">{children}</div>;
}

export function FormActions({ children }: { children: ReactNode }) {
  return <div className="tn-form-actions">{children}</div>;
}
