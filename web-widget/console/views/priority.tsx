import { useRef, useState } from 'preact/hooks';
import type { QueueEntry } from '@proto';
import { chevronDown, Icon } from '../../ui/icon';
import { afterRender, useConsoleContext } from '../hooks/context';
import { t } from '../strings/index';

const HIGHEST = 9;
/** The highest on top: up is up. */
const PRIORITIES = Array.from({ length: HIGHEST + 1 }, (_, i) => HIGHEST - i);

/** Above the others in line; nothing for whoever is not. */
export function PriorityMark({ entry: { priority } }: { entry: QueueEntry }) {
  if (!priority) return null;
  return (
    <span class="row-priority" title={t.priority_label(priority)}>
      <span aria-hidden="true">↑{priority}</span>
      <span class="hidden-words">{t.priority_label(priority)}</span>
    </span>
  );
}

/** Moves somebody up or down the line. What was chosen shows at once, and goes back if the server refuses. */
export function PrioritySelect({ entry, name }: { entry: QueueEntry; name: string }) {
  const { setPriority } = useConsoleContext();
  const [asked, setAsked] = useState<number>();
  const field = useRef<HTMLSelectElement>(null);
  const shown = asked ?? entry.priority ?? 0;
  const change = async (priority: number) => {
    setAsked(priority);
    await setPriority(entry.conversation_id, priority);
    setAsked(undefined);
    // While it was disabled, and when its row moved, the focus was lost.
    afterRender(() => document.activeElement === document.body && field.current?.focus());
  };
  return (
    <span class="select-of">
      <select
        ref={field} class={shown ? 'select select-raised' : 'select'} aria-label={t.priority_of(name)} title={t.priority_hint}
        value={shown} disabled={asked !== undefined}
        onChange={(event) => void change(Number(event.currentTarget.value))}
      >
        {PRIORITIES.map((priority) => <option key={priority} value={priority}>{priority || t.priority_none}</option>)}
      </select>
      <Icon path={chevronDown} size={12} />
    </span>
  );
}
