/** The desk's icons: strokes on a 20 by 20 grid in the colour of the text around them. */
import type { ReactNode } from 'react';

const paths = {
  alert: 'M10 6.5v4.2M10 13.6v.1M10 2.8 18 16.6H2z',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  bell: 'M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.3 17.2h3.4',
  check: 'm4.5 10.5 3.7 3.7 7.3-8',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6.2V10l2.5 1.7',
  clip: 'm15.5 9.5-5.6 5.6a3.5 3.5 0 0 1-5-5l6-6a2.3 2.3 0 0 1 3.3 3.3l-5.8 5.8a1.1 1.1 0 0 1-1.6-1.6l5-5',
  close: 'm5 5 10 10M15 5 5 15',
  down: 'M10 4v12M5 11l5 5 5-5',
  gauge: 'M4 15a7.5 7.5 0 1 1 12 0M10 11.5l3-4.5M10 12.5v.1',
  download: 'M10 3.5v9M6 9l4 4 4-4M4 16.5h12',
  file: 'M5 2.8h6.2L15 6.6v10.6H5zM11 3v4h4',
  help: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM8 8.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M10 13.6v.1',
  leave: 'M12 3.5H4.5v13H12M9 10h8.5M14.5 6.5 18 10l-3.5 3.5',
  moon: 'M16.5 11.5A6.8 6.8 0 0 1 8.5 3.5a6.8 6.8 0 1 0 8 8z',
  monitor: 'M3 4.5h14v9H3zM7.5 16.5h5M10 13.5v3',
  offline: 'M3 3l14 14M5.3 9.3a7 7 0 0 1 2.2-1.3M11.5 7.6a7 7 0 0 1 3.2 1.7M7.7 12a3.6 3.6 0 0 1 3-1M10 15.5v.1M2.5 6.7a11 11 0 0 1 2-1.3M8 4.3a11 11 0 0 1 9.5 2.4',
  pencil: 'M4 16l.8-3.6L13.4 3.8a1.4 1.4 0 0 1 2 0l.8.8a1.4 1.4 0 0 1 0 2L7.6 15.2zM11.8 5.4l2.8 2.8',
  minus: 'M4 10h12',
  picture: 'M3 4h14v12H3zM3 13l4-4 4 4 2.5-2.5L17 14M13 8v.1',
  pin: 'M7 3h6M8 3v5l-2.5 3h9L12 8V3M10 11v6',
  pinned: 'M7 3h6M8 3v5l-2.5 3h9L12 8V3M10 11v6M8.7 4.5h2.6M8.7 6h2.6M8.5 8h3M7.5 9.5h5',
  plus: 'M10 4v12M4 10h12',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.3L16 7.5M16 3.5v4h-4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17',
  send: 'M3 10h7M3.5 3.5 17 10 3.5 16.5 5.5 10z',
  silent: 'M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.3 17.2h3.4M3 3l14 14',
  storage: 'M4 5.5c0-1.4 2.7-2.5 6-2.5s6 1.1 6 2.5-2.7 2.5-6 2.5-6-1.1-6-2.5zM4 5.5v9C4 15.9 6.7 17 10 17s6-1.1 6-2.5v-9M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1',
  trash: 'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11M8.4 8.5v5M11.6 8.5v5',
} as const;

/** Name of an icon. */
export type IconName = keyof typeof paths;

/** An icon; it says nothing to a screen reader, so its surroundings must. */
export const Icon = ({ name }: { readonly name: IconName }): ReactNode => (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
);
