// The window that "?" opens.
import { Dialog } from '@tenon/ui';
import { sequences } from './shortcuts';

const rows: { name: string; keys: readonly string[] }[] = [
  { name: 'Search and commands', keys: ['Ctrl or ⌘', 'K'] },
  ...sequences,
  { name: 'This list', keys: ['?'] },
  { name: 'Close a window', keys: ['Esc'] },
];

export function ShortcutList({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" isOpen onClose={onClose}>
      <dl className="shortcut-list">
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{row.name}</dt>
            <dd>
              {row.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
