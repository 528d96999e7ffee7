// SPDX-License-Identifier: Apache-2.0

import { expect, it } from 'vitest';
import { toYaml } from './yaml';

it('prints documents as kubectl does', () => {
  const document = {
    kind: 'ConfigMap',
    metadata: { name: 'a', labels: {}, 'app.kubernetes.io/name': 'web', finalizers: [] },
    data: { number: '12', word: 'true', sentence: 'two words', script: '#!/bin/sh\nexit 0\n', empty: '' },
    list: [{ name: 'x', ports: [80, 443] }, 'plain', ['nested']],
    count: 3,
    none: null,
  };
  expect(toYaml(document)).toBe(`kind: ConfigMap
metadata:
  name: a
  labels: {}
  app.kubernetes.io/name: web
  finalizers: []
data:
  number: "12"
  word: "true"
  sentence: two words
  script: |
    #!/bin/sh
    exit 0
  empty: ""
list:
- name: x
  ports:
  - 80
  - 443
- plain
- - nested
count: 3
none: null
`);
});
