// A button that opens a list of things to do.
import type { ReactElement } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Icon, type IconName } from './icon';
import './styles/popover.css';

export interface MenuEntry {
  id: string;
  name: string;
  note?: string;
  icon?: IconName;
  isDangerous?: boolean;
  isDisabled?: boolean;
  isChosen?: boolean;
  onAction: () => void;
}

export interface MenuProps {
  label: string;
  // The button: <Button> or <IconButton>.
  trigger: ReactElement;
  entries: readonly MenuEntry[];
}

export function Menu({ label, trigger, entries }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="tn-popover" offset={4}>
        <AriaMenu className="tn-list" aria-label={label} items={entries}>
          {(entry) => (
            <MenuItem
              id={entry.id}
              textValue={entry.name}
              isDisabled={entry.isDisabled ?? false}
              onAction={entry.onAction}
              className={entry.isDangerous ? 'tn-list-item tn-list-item-danger' : 'tn-list-item'}
            >
              {entry.icon ? <Icon name={entry.icon} size={18} /> : null}
              <span className="tn-list-item-text">
                {entry.name}
                {entry.note ? <span className="tn-list-item-note">{entry.note}</span> : null}
              </span>
              {entry.isChosen ? <Icon name="check" size={16} /> : null}
            </MenuItem>
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
