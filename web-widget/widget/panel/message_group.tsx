import type { MessageItem } from '../../client/types';
import { Avatar } from '../../ui/avatar';
import type { Group } from '../../ui/group';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { isEmojiOnly } from '../../ui/linkify';
import { MessageText } from '../../ui/message-text';
import { firstName, useSurroundings } from './context';
import { Receipt } from './receipt';

function Failed({ message }: { message: MessageItem }) {
  const { client, t } = useSurroundings();
  const id = message.custom_id;
  return (
    <p class="failed" role="alert">
      <Icon path={icons.alert} size={16} />
      <span>{t.failed}</span>
      {id && (
        <>
          <button type="button" class="link" onClick={() => client.retry(id)}>
            {t.retry}
          </button>
          <button type="button" class="link link-quiet" onClick={() => client.discard(id)}>
            {t.discard}
          </button>
        </>
      )}
    </p>
  );
}

function Bubble({ message }: { message: MessageItem }) {
  const { format } = useSurroundings();
  return (
    <>
      <div class={isEmojiOnly(message.text) ? 'bubble bubble-emoji' : 'bubble'} title={format.absolute(message.at)} dir="auto">
        <MessageText text={message.text} />
      </div>
      {message.status === 'failed' && <Failed message={message} />}
    </>
  );
}

interface MessageGroupProps {
  group: Group<MessageItem>;
  /** The newest own message, if it is in here: what became of it is told below. */
  receiptOf: MessageItem | undefined;
}

export function MessageGroup({ group, receiptOf }: MessageGroupProps) {
  const { t, format, address } = useSurroundings();
  const first = group.items[0]!;
  const bubbles = group.items.map((message) => <Bubble key={message.key} message={message} />);
  if (first.own) {
    return (
      <div class="group group-own">
        <div class="group-body">
          {bubbles}
          {receiptOf && <Receipt message={receiptOf} />}
        </div>
      </div>
    );
  }
  const name = first.agent?.name ?? t.someone;
  return (
    <div class="group group-other">
      <div class="group-face">
        <Avatar name={name} photo={address(first.agent?.photo)} size={28} decorative />
      </div>
      <div class="group-body">
        <p class="group-head">
          <b>{firstName(first.agent, name)}</b>
          <time dateTime={new Date(first.at).toISOString()} title={format.absolute(first.at)}>
            {format.clock(first.at)}
          </time>
        </p>
        {bubbles}
      </div>
    </div>
  );
}
