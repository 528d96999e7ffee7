// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useDark } from '../app/theme';

interface Props {
  /** Seconds since 1970 and a value for each, oldest first. */
  times: readonly number[];
  values: readonly number[];
  max: number;
  format(value: number): string;
  label: string;
  height?: number;
}

/** A course of some seconds is not stretched: it comes in from the right. */
const leastSeconds = 60;

/** Between two times that are written below, in s: steps of a clock, none so short that two would read the same. */
const wholeSteps = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** In one line, unlike the plot's own, which puts the day below and has no room for it here. */
function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}

/** One series over time. What it shows is also said in its label, for a canvas is silent. */
export default function TimeChart({ times, values, max, format, label, height = 96 }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useDark();
  const formatter = useRef(format);
  formatter.current = format;
  const limit = useRef(max);
  limit.current = max;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme gives the colours, which a canvas reads once
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const line = style.getPropertyValue('color');
    const quiet = style.getPropertyValue('--axis') || '#889';
    const axis = {
      stroke: quiet,
      grid: { stroke: quiet, width: 0.5, dash: [2, 4] },
      ticks: { show: false },
      font: '11px system-ui',
      size: 28,
    };
    const made = new uPlot(
      {
        width: element.clientWidth || 300,
        height,
        legend: { show: false },
        cursor: { y: false, points: { show: false } },
        padding: [6, 26, 0, 0],
        scales: {
          x: { range: (_, first, last) => [Math.min(first, last - leastSeconds), last] },
          y: { range: () => [0, Math.max(limit.current, 1e-9)] },
        },
        axes: [
          { ...axis, space: 76, incrs: wholeSteps, values: (_, splits) => splits.map(clock) },
          {
            ...axis,
            size: 52,
            splits: () => [0, limit.current / 2, limit.current],
            values: (_, splits) => splits.map(split => formatter.current(split)),
          },
        ],
        series: [{}, { stroke: line, width: 2, fill: `color-mix(in srgb, ${line} 18%, transparent)`, points: { show: false } }],
      },
      [[], []],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [dark, height]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after a change of theme the new plot has to be given the data too
  useEffect(() => {
    plot.current?.setData([[...times], [...values]]);
  }, [times, values, max, dark, height]);

  return <div className="timechart" role="img" aria-label={label} ref={place} style={{ height }} />;
}
