// SPDX-License-Identifier: Apache-2.0

const paths = {
  dashboard: 'M2 3h5v6H2zM9 3h5v3H9zM9 8h5v5H9zM2 11h5v2H2z',
  workloads: 'M3 3h4v4H3zM9 3h4v4H9zM3 9h4v4H3zM9 9h4v4H9z',
  nodes: 'M2 3h12v4H2zM2 9h12v4H2zM4.500 5h1M4.500 11h1',
  launch:
    'M2 2h2v2H2zM5.300 2h2v2h-2zM8.700 2h2v2h-2zM12 2h2v2h-2zM2 7h2v2H2zM5.300 7h2v2h-2zM8.700 7h2v2h-2zM2 12h2v2H2zM5.300 12h2v2h-2z',
  catalog: 'M2.500 4 8 1.500 13.500 4v8L8 14.500 2.500 12zM2.500 4 8 6.500 13.500 4M8 6.500v8',
  installations: 'M8 2v7M5 6.500 8 9.500l3-3M2.500 11v2.500h11V11',
  jobs: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.500l2.500 1.500',
  history: 'M2.500 8a5.500 5.500 0 1 1 1.800 4.100M2.500 8 1 6M2.500 8 4.500 6.500M8 5v3l2 1.500',
  settings: 'M2 4.500h7M12 4.500h2M10.500 3v3M2 11.500h2M7 11.500h7M5.500 10v3',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.400"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
