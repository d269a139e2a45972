import type { MessageItem, MessageStatus } from '../../client/types';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { useSurroundings } from './context';

const MARKS: Record<Exclude<MessageStatus, 'failed'>, string> = {
  sending: icons.clock,
  sent: icons.check,
  delivered: icons.checkDouble,
  seen: icons.eye,
};

/** The line keeps its height while the word in it changes. */
export function Receipt({ message }: { message: MessageItem }) {
  const { t, format } = useSurroundings();
  const status = message.status ?? 'sent';
  if (status === 'failed') return null;
  const word = status === 'sending' && message.waiting ? t.waiting : t[status];
  return (
    <p class="receipt">
      {status !== 'sending' && (
        <time dateTime={new Date(message.at).toISOString()} title={format.absolute(message.at)}>
          {format.clock(message.at)}
        </time>
      )}
      <span class="receipt-word" key={status}>
        <Icon path={MARKS[status]} size={16} />
        {word}
      </span>
    </p>
  );
}
