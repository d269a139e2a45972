// One drawn set on a 20 px grid, 1.5 px round strokes at every size. Only the paths that are used reach a bundle.

export interface IconProps {
  path: string;
  size?: 12 | 16 | 20 | 24;
  /** What it says to someone who does not see it; without it the icon is decoration. */
  label?: string;
  /** Mirror it where the text runs from right to left (arrows, not clocks). */
  flip?: boolean;
}

export function Icon({ path, size = 20, label, flip }: IconProps) {
  const name = `icon icon-${size}${flip ? ' icon-flip' : ''}`;
  return (
    <svg
      class={name}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}

export const alert = 'M10 6.5v4.25m0 2.75v.01M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5z';
export const archive = 'M3 4h14v3.5H3zM4.25 7.5V16h11.5V7.5M8 10.5h4';
export const arrowDown = 'M10 4v12m-4.5-4.5L10 16l4.5-4.5';
export const arrowLeft = 'M16 10H4m4.5-4.5L4 10l4.5 4.5';
export const arrowUp = 'M10 16V4M5.5 8.5 10 4l4.5 4.5';
export const bell = 'M10 3a4.5 4.5 0 0 1 4.5 4.5c0 4 1.75 5.25 1.75 6.25H3.75c0-1 1.75-2.25 1.75-6.25A4.5 4.5 0 0 1 10 3zM8 16.5h4';
export const chat = 'M5.5 3.75h9a2.5 2.5 0 0 1 2.5 2.5v5.5a2.5 2.5 0 0 1-2.5 2.5H10l-4 3v-3h-.5a2.5 2.5 0 0 1-2.5-2.5v-5.5a2.5 2.5 0 0 1 2.5-2.5z';
export const check = 'm4.5 10.5 3.75 3.75 7.25-8';
export const checkCircle = 'M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5zm-3.25 7.5 2.25 2.25 4.25-4.75';
export const checkDouble = 'm2 10.5 3.5 3.75 6.75-8M9.5 13l1.25 1.25L18 6.25';
export const chevronDown = 'm5 7.5 5 5 5-5';
export const chevronLeft = 'm12.5 5-5 5 5 5';
export const chevronRight = 'm7.5 5 5 5-5 5';
export const clock = 'M10 6v4l2.75 1.75M10 2.75a7.25 7.25 0 1 1 0 14.5 7.25 7.25 0 0 1 0-14.5z';
export const close = 'm5 5 10 10M15 5 5 15';
export const cloudOff = 'M6.5 15.25h7.75a3 3 0 0 0 1.5-5.6M13.9 9.1a4.6 4.6 0 0 0-6.4-3.3M5.6 7.75a3.8 3.8 0 0 0 .9 7.5M3 3l14 14';
export const command = 'M7 7h6v6H7zM7 7H5.25A1.75 1.75 0 1 1 7 5.25zm6 0h1.75A1.75 1.75 0 1 0 13 5.25zm0 6h1.75A1.75 1.75 0 1 1 13 14.75zm-6 0H5.25A1.75 1.75 0 1 0 7 14.75z';
export const dots = 'M5 10h.01M10 10h.01M15 10h.01';
export const external = 'M8.5 4.5h-4v11h11v-4M11.5 3.75h4.75V8.5m-.25-4.5L9 11';
export const eye = 'M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zm8-2.25a2.25 2.25 0 1 1 0 4.5 2.25 2.25 0 0 1 0-4.5z';
export const hourglass = 'M5.5 3h9M5.5 17h9M6.5 3c0 5 3.5 4.5 3.5 7s-3.5 2-3.5 7m7-14c0 5-3.5 4.5-3.5 7s3.5 2 3.5 7';
export const inbox = 'M3 11.5 5 4.25h10l2 7.25v4.25H3zm0 0h4l1 2h4l1-2h4';
export const keyboard = 'M2.75 5.5h14.5v9H2.75zM5.5 8.25h.01m2.99 0h.01m2.99 0h.01m2.99 0h.01M7 11.75h6';
export const link = 'M8.5 11.5a3 3 0 0 0 4.25 0l2.5-2.5A3 3 0 0 0 11 4.75l-1 1m1.5 2.75a3 3 0 0 0-4.25 0L4.75 11A3 3 0 0 0 9 15.25l1-1';
export const logOut = 'M8 3.75H4v12.5h4M8.5 10H17m-3.25-3.25L17 10l-3.25 3.25';
export const mail = 'M3 5h14v10H3zm0 .5 7 5.5 7-5.5';
export const moon = 'M16.5 11.75A7 7 0 0 1 8.25 3.5a6.75 6.75 0 1 0 8.25 8.25z';
export const page = 'M5.5 2.75h6l3.5 3.5v11h-9.5zM11.25 3v3.5h3.5';
export const panelRight = 'M3 4h14v12H3zm9 0v12';
export const pause = 'M7.25 5v10m5.5-10v10';
export const person = 'M10 3.25a3.1 3.1 0 1 1 0 6.2 3.1 3.1 0 0 1 0-6.2zM4 16.75c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5';
export const people = 'M7.5 4a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 0 1 0-5.5zM2 16c.5-2.75 2.75-4 5.5-4s5 1.25 5.5 4M13 4.25a2.75 2.75 0 0 1 0 5M14.75 12.25c1.75.5 2.9 1.75 3.25 3.75';
export const queue = 'M3.5 5h9M3.5 10h13M3.5 15h6';
export const reply = 'M8 5 3.5 9.5 8 14m-4-4.5h7.5a5 5 0 0 1 5 5v1';
export const retry = 'M16 10a6 6 0 1 1-1.9-4.4M16.25 3v3.5h-3.5';
export const search = 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zm4 9.5 4 4';
export const settings = 'M3 6h7m4 0h3M3 14h3m4 0h7M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM8 12a2 2 0 1 1 0 4 2 2 0 0 1 0-4z';
export const sun = 'M10 6.75a3.25 3.25 0 1 1 0 6.5 3.25 3.25 0 0 1 0-6.5zM10 2v1.5m0 13V18m8-8h-1.5m-13 0H2m13.65-5.65-1.05 1.05M5.4 14.6l-1.05 1.05m11.3 0-1.05-1.05M5.4 5.4 4.35 4.35';
export const tag = 'M3 3.5h6.5l7.25 7.25-6 6L3.5 9.5zM6.75 6.75h.01';
