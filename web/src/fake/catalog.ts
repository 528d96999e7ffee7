// SPDX-License-Identifier: Apache-2.0

import type { Schema } from '../forms/schema';

const config: Schema = {
  type: 'object',
  properties: {
    service: {
      type: 'object',
      title: 'Service',
      description: 'What it is called and who runs it',
      required: ['name', 'user'],
      properties: {
        name: { type: 'string', default: 'kafka', description: 'The name of the installation', pattern: '^[a-z][a-z0-9-]*$' },
        user: { type: 'string', default: 'nobody', description: 'The user that its tasks run as' },
        log_level: { type: 'string', enum: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'], default: 'INFO', description: 'How much it says' },
        tls: { type: 'boolean', default: false, description: 'Speak TLS to clients' },
        password: { type: 'string', default: '', description: 'What clients have to say; empty: nothing' },
      },
    },
    brokers: {
      type: 'object',
      title: 'Brokers',
      properties: {
        count: { type: 'integer', default: 3, minimum: 1, maximum: 99, description: 'How many there are' },
        cpus: { type: 'number', default: 1, minimum: 0.1, description: 'Cores of each' },
        mem: { type: 'integer', default: 2048, minimum: 256, description: 'Memory of each, in MiB' },
        listeners: { type: 'array', items: { type: 'string' }, default: ['PLAINTEXT'], description: 'On what they listen' },
        storage: {
          description: 'Where they keep what they are told',
          oneOf: [
            { type: 'string', title: 'A class of volumes' },
            {
              type: 'object',
              title: 'A directory of the node',
              properties: { path: { type: 'string', default: '/var/kafka' }, size: { type: 'integer', default: 5000 } },
            },
          ],
        },
      },
    },
  },
};

const offered = [
  ['kafka', 'A log that many write and many read: partitions, replicas, and positions that readers keep.', true],
  ['cassandra', 'A wide-column store without a master, for writes that must not wait.', true],
  ['spark', 'Batches and streams over data that does not fit one machine.', true],
  ['jenkins', 'Builds, tests and ships what is committed.', false],
  ['elastic', 'Search over documents, by words and by fields.', true],
  ['grafana', 'Pictures of measurements.', false],
  ['prometheus', 'Measurements over time, and rules that look at them.', true],
  ['minio', 'Objects behind the interface of S3.', false],
  ['postgresql', 'Tables, transactions, and SQL that can be trusted with both.', true],
  ['redis', 'Values in memory by their keys.', false],
  ['chameleon', 'Looks like whatever it is told to: for demonstrations and rehearsals.', true],
  ['nginx', 'Serves files and passes on requests.', false],
] as const;

export const fakeCatalog = {
  repositories: [
    { name: 'ours', uri: '/srv/packages', fetched: new Date(0).toISOString() },
    {
      name: 'public',
      uri: 'https://universe.example/repo',
      fetched: new Date(Date.now() - 7_200_000).toISOString(),
      fault: 'the server did not answer within 30 s',
    },
  ],
  packages: offered.map(([name, description, selected], i) => ({
    name,
    version: `2.${i}.0`,
    description,
    tags: ['data'],
    selected,
    framework: false,
    repository: 'ours',
  })),
};

export function fakePackage(name: string): unknown {
  const found = fakeCatalog.packages.find(each => each.name === name);
  return (
    found && {
      ...found,
      maintainer: 'packages@example.org',
      website: 'https://example.org',
      licenses: [{ name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }],
      preInstallNotes: 'It needs a disk of its own on each node for anything that matters.',
      config,
      secrets: [['service', 'password']],
      versions: [found.version, '1.0.0'],
    }
  );
}
