// Parts of one page, of which one is shown.
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components/Tabs';
import './styles/tabs.css';

export interface TabPart {
  id: string;
  name: string;
  content: ReactNode;
}

export interface TabsProps {
  label: string;
  parts: readonly TabPart[];
  selected?: string;
  onSelect?: (id: string) => void;
}

export function Tabs({ label, parts, selected, onSelect }: TabsProps) {
  return (
    <AriaTabs
      className="tn-tabs"
      {...(selected === undefined ? {} : { selectedKey: selected })}
      onSelectionChange={(key) => onSelect?.(String(key))}
    >
      <TabList aria-label={label} className="tn-tab-list">
        {parts.map((part) => (
          <Tab key={part.id} id={part.id} className="tn-tab">
            {part.name}
          </Tab>
        ))}
      </TabList>
      {parts.map((part) => (
        <TabPanel key={part.id} id={part.id} className="tn-tab-panel">
          {part.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
