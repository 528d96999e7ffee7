// SPDX-License-Identifier: Apache-2.0

import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useQueryValue } from '../app/scope';

interface Item {
  id: string;
  title: string;
  content: ReactNode;
}

/** Tabs whose choice stands in the address. */
export function ScreenTabs({ label, items }: { label: string; items: Item[] }) {
  const [chosen, choose] = useQueryValue('tab', items[0]?.id ?? '');
  return (
    <Tabs className="tabs" selectedKey={chosen} onSelectionChange={key => choose(String(key))}>
      <TabList className="tablist" aria-label={label}>
        {items.map(item => (
          <Tab key={item.id} id={item.id} className="tab">
            {item.title}
          </Tab>
        ))}
      </TabList>
      {items.map(item => (
        <TabPanel key={item.id} id={item.id}>
          {item.content}
        </TabPanel>
      ))}
    </Tabs>
  );
}
