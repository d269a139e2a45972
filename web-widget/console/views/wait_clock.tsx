import { alert, clock, hourglass, Icon } from '../../ui/icon';
import { useSecond } from '../hooks/second';
import { waitLevel, waitText, type WaitLevel } from '../model/clock';
import { t } from '../strings/index';

const SHAPES: Record<WaitLevel, string> = { calm: clock, soon: hourglass, late: alert };

interface WaitClockProps {
  since: number;
  /** Without alarm, where the reader can do nothing about it. */
  quiet?: boolean;
}

/** How long someone has waited for an answer. Its shape changes with its colour. */
export function WaitClock({ since, quiet }: WaitClockProps) {
  const now = useSecond();
  const level = quiet ? 'calm' : waitLevel(since, now);
  const time = waitText(since, now);
  const words = level === 'late' ? t.past_promise(time) : t.waiting_for(time);
  return (
    <span class={`wait wait-${level} ${quiet ? 'wait-quiet' : ''}`} title={words}>
      <Icon path={SHAPES[level]} size={12} />
      <span class="hidden-words">{words}</span>
      <span aria-hidden="true">{time}</span>
    </span>
  );
}
