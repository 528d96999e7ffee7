// SPDX-License-Identifier: Apache-2.0

/** Where the pages of single things are. */
export const links = {
  task: (cluster: string, namespace: string, pod: string) => path('tasks', cluster, namespace, pod),
  workload: (cluster: string, namespace: string, kind: string, name: string) => path('workloads', cluster, namespace, kind, name),
  installation: (cluster: string, namespace: string, name: string) => path('installations', cluster, namespace, name),
  node: (cluster: string, name: string) => path('nodes', cluster, name),
};

function path(...parts: string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
