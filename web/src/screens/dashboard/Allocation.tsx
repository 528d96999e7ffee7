// SPDX-License-Identifier: Apache-2.0

import { formatPercent } from '../../kube/quantity';
import { Meter, Panel } from '../../ui/Panel';
import { piece } from '../../ui/piece';

const TimeChart = piece(() => import('../../ui/TimeChart'), <div className="timechart" />);

interface Props {
  title: string;
  unit: string;
  asked: number;
  offered: number;
  times: readonly number[];
  values: readonly number[];
  format(value: number): string;
}

/** How much of a resource is promised to tasks, now and since the page was opened. */
export function Allocation({ title, unit, asked, offered, times, values, format }: Props) {
  const said = `${format(asked)} of ${format(offered)} ${unit}`.trim();
  return (
    <Panel title={title} aside={<span className="quiet number">{said} asked for</span>}>
      <p className="figure number">{formatPercent(asked, offered)}</p>
      <Meter part={asked} whole={offered} label={`${title} asked for`} />
      {times.length < 2 ? (
        <p className="timechart quiet">How it goes is drawn from now on.</p>
      ) : (
        <TimeChart
          times={times}
          values={values}
          max={Math.max(offered, asked)}
          format={format}
          label={`${title} asked for over time: now ${said}`}
        />
      )}
    </Panel>
  );
}
