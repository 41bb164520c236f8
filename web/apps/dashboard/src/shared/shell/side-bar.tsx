// The project, its pages, and the account.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import {
  Avatar,
  Button,
  Icon,
  Menu,
  chooseTheme,
  storedTheme,
  type IconName,
  type Theme,
} from '@tenon/ui';
import { openCommands } from './command-center';
import { CreateProjectDialog } from './create-project-dialog';
import { projectsQuery, rememberedProject, signOut, useAccount } from '../session';

const pages = [
  { to: '/p/$projectId/integrations', name: 'Integrations', icon: 'grid' },
  { to: '/p/$projectId/users', name: 'Connected users', icon: 'people' },
  { to: '/p/$projectId/settings', name: 'Settings', icon: 'settings' },
] as const satisfies readonly { to: string; name: string; icon: IconName }[];

export function SideBar() {
  const params = useParams({ strict: false });
  const projects = useQuery(projectsQuery).data ?? [];
  // Beside a project's own pages, the one last worked on.
  const current = params.projectId ?? rememberedProject(projects)?.id;
  return (
    <>
      <ProjectSwitcher projectId={current} />
      <nav aria-label="Project" className="shell-nav">
        {current === undefined
          ? null
          : pages.map(({ to, name, icon }) => (
              <Link key={to} to={to} params={{ projectId: current }} className="shell-link">
                <Icon name={icon} />
                {name}
              </Link>
            ))}
      </nav>
      <div className="shell-foot">
        <button
          type="button"
          className="shell-link shell-search"
          onClick={() => openCommands('palette')}
        >
          <Icon name="search" />
          <span>Search</span>
          <kbd>{shortcutName}</kbd>
        </button>
        <AccountMenu />
      </div>
    </>
  );
}

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const shortcutName = isMac ? '⌘K' : 'Ctrl K';

function ProjectSwitcher({ projectId }: { projectId: string | undefined }) {
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const projects = useQuery(projectsQuery).data ?? [];
  const current = projects.find(({ id }) => id === projectId);
  return (
    <>
      <Menu
        label="Projects"
        trigger={
          <Button
            variant="secondary"
            aria-label={`Project: ${current?.name ?? 'Choose a project'}`}
          >
            <span className="shell-project">
              <span className="shell-project-name">{current?.name ?? 'Choose a project'}</span>
              <Icon name="chevronDown" size={16} />
            </span>
          </Button>
        }
        entries={[
          ...projects.map((project) => ({
            id: project.id,
            name: project.name,
            note: project.role,
            isChosen: project.id === projectId,
            onAction: () =>
              void navigate({
                to: '/p/$projectId/integrations',
                params: { projectId: project.id },
              }),
          })),
          { id: 'new', name: 'New project', icon: 'add', onAction: () => setCreating(true) },
        ]}
      />
      <CreateProjectDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  );
}

const themes: { id: Theme; name: string; icon: IconName }[] = [
  { id: 'system', name: 'Theme: as the system', icon: 'settings' },
  { id: 'light', name: 'Theme: light', icon: 'sun' },
  { id: 'dark', name: 'Theme: dark', icon: 'moon' },
];

function AccountMenu() {
  const account = useAccount();
  const navigate = useNavigate();
  const [theme, setTheme] = useState(storedTheme);
  return (
    <Menu
      label="Account"
      trigger={
        <Button variant="quiet" aria-label={`Account ${account.email}`}>
          <span className="shell-project">
            <Avatar name={account.email} size="s" />
            <span className="shell-project-name">{account.email}</span>
          </span>
        </Button>
      }
      entries={[
        {
          id: 'account',
          name: 'Your account',
          icon: 'user',
          onAction: () => void navigate({ to: '/account' }),
        },
        ...themes.map(({ id, name, icon }) => ({
          id,
          name,
          icon,
          isChosen: theme === id,
          onAction: () => {
            chooseTheme(id);
            setTheme(id);
          },
        })),
        {
          id: 'keys',
          name: 'Keyboard shortcuts',
          note: 'Press ?',
          icon: 'bolt',
          onAction: () => openCommands('shortcuts'),
        },
        {
          id: 'docs',
          name: 'API reference',
          icon: 'code',
          onAction: () => window.open('/docs', '_blank', 'noopener'),
        },
        { id: 'out', name: 'Sign out', icon: 'arrowRight', onAction: () => void signOut() },
      ]}
    />
  );
}
