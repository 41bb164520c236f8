// What stays around every page behind the sign-in: the way to the other pages, the project, the account. Below 60rem
// the side bar becomes a sheet behind a button.
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IconButton } from '@tenon/ui';
import { TenonMark } from '../mark';
import { CommandCenter } from './command-center';
import './shell.css';
import { SideBar } from './side-bar';

export function Shell() {
  const [isOpen, setOpen] = useState(false);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => setOpen(false), [pathname]);
  return (
    <div className="shell" data-nav={isOpen ? 'open' : 'closed'}>
      <a href="#main" className="shell-skip">
        Skip to the content
      </a>
      <header className="shell-top">
        <IconButton
          label={isOpen ? 'Close navigation' : 'Open navigation'}
          icon={isOpen ? 'close' : 'menu'}
          aria-expanded={isOpen}
          onPress={() => setOpen(!isOpen)}
        />
        <Wordmark />
      </header>
      <aside className="shell-side" aria-label="Navigation">
        <Wordmark />
        <SideBar />
      </aside>
      <main id="main" className="shell-main" tabIndex={-1}>
        <Outlet />
      </main>
      <CommandCenter />
    </div>
  );
}

function Wordmark() {
  return (
    <Link to="/" className="shell-wordmark">
      <TenonMark />
      Tenon
    </Link>
  );
}
