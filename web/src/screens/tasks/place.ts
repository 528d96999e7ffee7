// SPDX-License-Identifier: Apache-2.0

/** A container of a task. */
export interface ContainerPlace {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
}
