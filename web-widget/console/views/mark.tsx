/** The bell over the shop's door. */
export function Mark({ size }: { size: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="9" />
      <path class="mark-bell" d="M16 6.6a1.6 1.6 0 0 1 1.6 1.7 6.2 6.2 0 0 1 4.6 6v3.5l1.7 2.7c.4.7 0 1.5-.8 1.5H8.9c-.8 0-1.2-.8-.8-1.5l1.7-2.7v-3.5a6.2 6.2 0 0 1 4.6-6A1.6 1.6 0 0 1 16 6.6z" />
      <path class="mark-clapper" d="M13.1 23.6h5.8a2.9 2.9 0 0 1-5.8 0z" />
    </svg>
  );
}
