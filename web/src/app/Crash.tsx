// SPDX-License-Identifier: Apache-2.0

import { Component, type ReactNode } from 'react';
import { Problem } from '../ui/states';

/** A screen that breaks takes nothing else with it. */
export class Crash extends Component<{ children: ReactNode }, { fault: string }> {
  override state = { fault: '' };

  static getDerivedStateFromError(fault: unknown): { fault: string } {
    return { fault: fault instanceof Error ? fault.message : String(fault) };
  }

  override render(): ReactNode {
    if (!this.state.fault) return this.props.children;
    return (
      <Problem title="This screen broke" retry={() => this.setState({ fault: '' })}>
        {this.state.fault}
      </Problem>
    );
  }
}
