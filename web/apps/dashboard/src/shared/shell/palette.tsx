// The command palette: type a few letters, press Enter.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Input } from 'react-aria-components/Input';
import { SearchField } from 'react-aria-components/SearchField';
import { Dialog, Icon, chooseTheme, type IconName } from '@tenon/ui';
import { api } from '../api';
import { projectsQuery, signOut } from '../session';
import { openCommands } from './command-center';

interface Command {
  id: string;
  name: string;
  group: string;
  icon: IconName;
  run: () => void;
}

export function Palette({
  projectId,
  onClose,
}: {
  projectId: string | undefined;
  onClose: () => void;
}) {
  const commands = useCommands(projectId);
  const { contains } = useFilter({ sensitivity: 'base' });
  return (
    <Dialog title="Search and commands" isOpen onClose={onClose}>
      <Autocomplete filter={contains}>
        <SearchField
          aria-label="Search and commands"
          autoFocus
          className="tn-field palette-search"
        >
          <div className="tn-input-box">
            <Input className="tn-input" placeholder="Where to, or what to do?" />
          </div>
        </SearchField>
        <div className="palette-list" tabIndex={0} role="group" aria-label="Results">
          <Menu
            aria-label="Commands"
            className="tn-list"
            items={commands}
            renderEmptyState={() => <p className="tn-hint palette-none">Nothing matches.</p>}
          >
            {(command) => (
              <MenuItem
                id={command.id}
                textValue={`${command.name} ${command.group}`}
                className="tn-list-item"
                onAction={() => {
                  onClose();
                  command.run();
                }}
              >
                <Icon name={command.icon} size={18} />
                <span className="tn-list-item-text">{command.name}</span>
                <span className="tn-hint">{command.group}</span>
              </MenuItem>
            )}
          </Menu>
        </div>
      </Autocomplete>
    </Dialog>
  );
}

function useCommands(projectId: string | undefined): Command[] {
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery).data ?? [];
  const integrations = useQuery({
    queryKey: ['palette-integrations', projectId],
    queryFn: () =>
      api.get('/api/v1/projects/{projectId}/integrations', {
        path: { projectId: projectId ?? '' },
        query: { limit: 200 },
      }),
    enabled: projectId !== undefined,
  });
  const open = (path: string) => () => void navigate({ href: path });
  const pagesOfProject: [string, IconName, string][] = [
    ['Integrations', 'grid', 'integrations'],
    ['Connected users', 'people', 'users'],
    ['SDK setup', 'key', 'settings/sdk'],
    ['API keys', 'lock', 'settings/api-keys'],
    ['Environment secrets', 'shield', 'settings/secrets'],
    ['Members', 'user', 'settings/members'],
    ['Project settings', 'settings', 'settings/project'],
    ['Audit log', 'eye', 'settings/audit-log'],
  ];
  return [
    ...(projectId === undefined
      ? []
      : pagesOfProject.map(([name, icon, path]) => ({
          id: path,
          name,
          group: 'Page',
          icon,
          run: open(`/p/${projectId}/${path}`),
        }))),
    ...(integrations.data?.items ?? []).map((integration) => ({
      id: integration.id,
      name: integration.name,
      group: 'Integration',
      icon: 'bolt' as const,
      run: open(`/p/${integration.projectId}/integrations/${integration.id}`),
    })),
    ...projects
      .filter((project) => project.id !== projectId)
      .map((project) => ({
        id: project.id,
        name: project.name,
        group: 'Project',
        icon: 'arrowRight' as const,
        run: open(`/p/${project.id}/integrations`),
      })),
    { id: 'account', name: 'Your account', group: 'Page', icon: 'user', run: open('/account') },
    {
      id: 'light',
      name: 'Light theme',
      group: 'Command',
      icon: 'sun',
      run: () => chooseTheme('light'),
    },
    {
      id: 'dark',
      name: 'Dark theme',
      group: 'Command',
      icon: 'moon',
      run: () => chooseTheme('dark'),
    },
    {
      id: 'keys',
      name: 'Keyboard shortcuts',
      group: 'Command',
      icon: 'bolt',
      run: () => openCommands('shortcuts'),
    },
    {
      id: 'out',
      name: 'Sign out',
      group: 'Command',
      icon: 'arrowRight',
      run: () => void signOut(),
    },
  ];
}
