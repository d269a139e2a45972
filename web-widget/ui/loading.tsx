/** Something is under way; the label is what a listener hears. */
export function Spinner({ label }: { label: string }) {
  return <span class="spinner" role="status" aria-label={label} />;
}

/** Keeps the room of what is loading. Its size comes from the class: exactly the size of what will stand there. */
export function Skeleton({ class: name }: { class: string }) {
  return <span class={`skeleton ${name}`} aria-hidden="true" />;
}
