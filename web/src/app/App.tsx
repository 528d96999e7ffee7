// SPDX-License-Identifier: Apache-2.0

import { type ComponentType, useEffect, useState } from 'react';
import { Route, Switch } from 'wouter';
import type { Hub } from '../api/http';
import { StreamClient } from '../stream/StreamClient';
import { piece } from '../ui/piece';
import { Empty, Loading } from '../ui/states';
import { browserSurroundings } from './browserSurroundings';
import { Crash } from './Crash';
import { HubProvider } from './hub';
import { Shell } from './Shell';
import { SignIn } from './SignIn';
import '../ui/check.css';
import '../ui/ui.css';

/** A piece of the program for each screen: the first view brings only its own. */
function screen<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  return piece(load, <Loading what="this screen" />);
}

const Dashboard = screen(() => import('../screens/dashboard/Dashboard'));
const Workloads = screen(() => import('../screens/workloads/Workloads'));
const WorkloadPage = screen(() => import('../screens/workloads/WorkloadPage'));
const TaskPage = screen(() => import('../screens/tasks/TaskPage'));
const Nodes = screen(() => import('../screens/nodes/Nodes'));
const NodePage = screen(() => import('../screens/nodes/NodePage'));
const Launch = screen(() => import('../screens/launch/Launch'));
const Catalog = screen(() => import('../screens/catalog/Catalog'));
const Installations = screen(() => import('../screens/installations/Installations'));
const InstallationPage = screen(() => import('../screens/installations/InstallationPage'));
const Jobs = screen(() => import('../screens/jobs/Jobs'));
const History = screen(() => import('../screens/history/History'));
const Settings = screen(() => import('../screens/settings/Settings'));

export function App({ hub, fetcher, signedIn, fault }: { hub: Hub; fetcher: typeof fetch; signedIn: boolean; fault: string }) {
  const [inside, setInside] = useState(signedIn);
  const [stream, setStream] = useState<StreamClient | null>(null);
  useEffect(() => {
    if (!inside) return;
    const made = new StreamClient(browserSurroundings(hub, fetcher));
    const unlisten = made.listen(() => made.connection === 'signed-out' && setInside(false));
    hub.onSignedOut = () => setInside(false);
    void made.run();
    setStream(made);
    return () => {
      unlisten();
      made.close();
      setStream(null);
    };
  }, [inside, hub, fetcher]);
  if (!inside) return <SignIn hub={hub} fault={fault} onSignedIn={() => setInside(true)} />;
  if (!stream) return null;
  return (
    <HubProvider hub={hub} stream={stream}>
      <Shell>
        <Crash>
          <Screens />
        </Crash>
      </Shell>
    </HubProvider>
  );
}

function Screens() {
  return (
    <Switch>
      <Route path="/" component={Dashboard} />
      <Route path="/workloads" component={Workloads} />
      <Route path="/workloads/:cluster/:namespace/:kind/:name">
        {params => <WorkloadPage key={Object.values(params).join()} {...params} />}
      </Route>
      <Route path="/tasks/:cluster/:namespace/:pod">{params => <TaskPage key={Object.values(params).join()} {...params} />}</Route>
      <Route path="/nodes" component={Nodes} />
      <Route path="/nodes/:cluster/:name">{params => <NodePage key={Object.values(params).join()} {...params} />}</Route>
      <Route path="/launch" component={Launch} />
      <Route path="/catalog" component={Catalog} />
      <Route path="/installations" component={Installations} />
      <Route path="/installations/:cluster/:namespace/:name">
        {params => <InstallationPage key={Object.values(params).join()} {...params} />}
      </Route>
      <Route path="/jobs" component={Jobs} />
      <Route path="/history" component={History} />
      <Route path="/settings" component={Settings} />
      <Route>
        <Empty title="There is no such screen">The address may be of another version of Pelago.</Empty>
      </Route>
    </Switch>
  );
}
