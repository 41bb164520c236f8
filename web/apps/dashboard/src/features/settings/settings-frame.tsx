// The matters of Settings, as tabs that are links.
import { Link, Outlet, getRouteApi, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import './settings.css';

const route = getRouteApi('/signed-in/p/$projectId');

const matters = [
  { to: '/p/$projectId/settings/sdk', name: 'SDK setup' },
  { to: '/p/$projectId/settings/api-keys', name: 'API keys' },
  { to: '/p/$projectId/settings/secrets', name: 'Secrets' },
  { to: '/p/$projectId/settings/members', name: 'Members' },
  { to: '/p/$projectId/settings/project', name: 'Project' },
  { to: '/p/$projectId/settings/audit-log', name: 'Audit log' },
] as const;

export function SettingsFrame() {
  const { projectId } = route.useParams();
  const pathname = useLocation({ select: (location) => location.pathname });
  const nav = useRef<HTMLElement>(null);
  // On a narrow screen the list is wider than the window.
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname]);
  return (
    <>
      <nav ref={nav} aria-label="Settings" className="settings-nav tn-tab-list">
        {matters.map(({ to, name }) => (
          <Link key={to} to={to} params={{ projectId }} className="tn-tab">
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
