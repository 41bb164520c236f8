// The icons of our screens: 20 px drawings of one line width, decoration only, so always beside or inside a label.
const shapes = {
  add: 'M10 4v12M4 10h12',
  alert: 'M10 3 18 16.5H2zM10 8.5v3.5M10 14.4v.1',
  arrowLeft: 'M16 10H4m5-5-5 5 5 5',
  arrowRight: 'M4 10h12m-5-5 5 5-5 5',
  bolt: 'M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z',
  check: 'm4 10.5 4 4 8-9',
  chevronDown: 'm5 7.5 5 5 5-5',
  chevronRight: 'm7.5 5 5 5-5 5',
  close: 'm5 5 10 10M15 5 5 15',
  code: 'm7 6-4 4 4 4m6-8 4 4-4 4',
  copy: 'M7.5 7.5h9v9h-9zM4.5 12.5h-1v-9h9v1',
  dots: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  download: 'M10 3v10m-4-4 4 4 4-4M4 17h12',
  edit: 'm3.5 16.5 1-4 9-9 3 3-9 9zM11.5 5.5l3 3',
  external: 'M11 4h5v5M16 4l-7 7M8 5H4v11h11v-4',
  eye: 'M2 10c2-4 5-5.5 8-5.5S16 6 18 10c-2 4-5 5.5-8 5.5S4 14 2 10zM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  eyeOff:
    'M4 4l12 12M8 5c4.5-1 8 1 10 5-.6 1.2-1.3 2.2-2 3M5.5 6.5C4 7.4 2.9 8.6 2 10c2 4 5 5.5 8 5.5 1.2 0 2.3-.2 3.3-.7',
  grid: 'M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z',
  key: 'M7 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM9.5 10 16 3.5M13.5 6l2.5 2.5',
  link: 'm8 12 4-4M9 5.5l1.5-1.5a3.5 3.5 0 0 1 5 5L14 10.5M6 9.5 4.5 11a3.5 3.5 0 0 0 5 5L11 14.5',
  lock: 'M4.5 9h11v8h-11zM7 9V6.5a3 3 0 0 1 6 0V9',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  minus: 'M4 10h12',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c.3-3 2.5-4.5 5.5-4.5s5.2 1.5 5.5 4.5M13 4a3 3 0 0 1 0 5.5M15 12.5c1.8.6 2.8 2 3 4',
  play: 'M6 4l10 6-10 6z',
  refresh: 'M16 7A6.5 6.5 0 1 0 16.5 11M16.5 3v4h-4',
  search: 'M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4',
  settings:
    'M3 6h8M15 6h2M3 14h2M9 14h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  shield: 'M10 2.5 16.5 5v5c0 4-2.8 6.5-6.5 7.5C6.3 16.5 3.5 14 3.5 10V5z',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.4 1.4M14.6 14.6 16 16M4 16l1.4-1.4M14.6 5.4 16 4',
  trash: 'M3.5 5.5h13M8 5V3h4v2M5 5.5l1 11.5h8l1-11.5M8.5 8.5v5.5M11.5 8.5v5.5',
  upload: 'M10 13V3m-4 4 4-4 4 4M4 17h12',
  user: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 17c.5-3.5 3-5 6.5-5s6 1.5 6.5 5',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="tn-icon"
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
