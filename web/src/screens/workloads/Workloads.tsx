// SPDX-License-Identifier: Apache-2.0

import { useQueryValue } from '../../app/scope';
import { SearchBox } from '../../ui/SearchBox';
import { Segments } from '../../ui/Segments';
import { TaskTable } from './TaskTable';
import { WorkloadTree } from './WorkloadTree';

export default function Workloads() {
  const [view, setView] = useQueryValue('view', 'tree');
  const [filter, setFilter] = useQueryValue('q');
  return (
    <>
      <header>
        <h1>Workloads</h1>
        <div className="toolbar">
          <SearchBox label={view === 'tasks' ? 'Filter tasks' : 'Filter workloads'} value={filter} onChange={setFilter} />
          <Segments
            label="View"
            value={view}
            onChange={setView}
            options={[
              ['tree', 'Workloads'],
              ['tasks', 'Tasks'],
            ]}
          />
        </div>
      </header>
      {view === 'tasks' ? <TaskTable filter={filter} /> : <WorkloadTree filter={filter} />}
    </>
  );
}
