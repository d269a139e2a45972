import type { ShopperProfile } from '@proto';
import type { AgentClient, EventItem, MessageItem, MessageStatus } from '../../client/index';
import { Avatar } from '../../ui/avatar';
import { alert, check, checkDouble, clock, Icon } from '../../ui/icon';
import { isEmojiOnly } from '../../ui/linkify';
import { MessageText } from '../../ui/message-text';
import { format } from '../hooks/format';
import { pure } from '../hooks/pure';
import { reasonText } from '../hooks/reason';
import { shopperName } from '../model/inbox';
import type { Row } from '../model/timeline';
import { t } from '../strings/index';
import { Face } from './face';
import { systemText } from './system_text';

function Clock({ at }: { at: number }) {
  return (
    <time class="message-time" dateTime={new Date(at).toISOString()} title={format.absolute(at)}>
      {format.clock(at)}
    </time>
  );
}

const STATUS: Record<Exclude<MessageStatus, 'failed'>, [word: string, shape: string]> = {
  sending: [t.sending, clock],
  sent: [t.sent, check],
  delivered: [t.delivered, checkDouble],
  seen: [t.seen, checkDouble],
};

function Status({ status, waiting }: { status: MessageStatus; waiting: boolean }) {
  if (status === 'failed') return null;
  const [word, shape] = STATUS[status];
  return (
    <span class={`message-status status-${status}`}>
      <Icon path={shape} size={12} />
      {waiting ? t.waiting_to_send : word}
    </span>
  );
}

function Failed({ client, item }: { client: AgentClient; item: MessageItem }) {
  const id = item.custom_id;
  return (
    <span class="message-failed">
      <Icon path={alert} size={12} />
      {t.not_sent} {item.error && reasonText(item.error)}
      {id && (
        <>
          <button type="button" class="text-button" onClick={() => client.retry(id)}>{t.retry}</button>
          <button type="button" class="text-button" onClick={() => client.discard(id)}>{t.discard}</button>
        </>
      )}
    </span>
  );
}

function bubbleClass(item: MessageItem): string {
  if (isEmojiOnly(item.text)) return 'bubble bubble-emoji';
  return item.status === 'failed' ? 'bubble bubble-failed' : 'bubble';
}

interface MessagesProps {
  client: AgentClient;
  items: readonly MessageItem[];
  own: boolean;
  fromAgent: boolean;
  /** Of whoever wrote it. */
  name: string;
  photo: string | undefined;
  shopper: ShopperProfile | null;
  /** The message whose state is shown. */
  statusKey: string | undefined;
}

function MessagesInner({ client, items, own, name, photo, fromAgent, shopper, statusKey }: MessagesProps) {
  return (
    <div class={own || fromAgent ? 'messages messages-ours' : 'messages'}>
      {fromAgent && !own && <Avatar name={name} photo={photo} size={28} decorative />}
      {!fromAgent && <Face shopper={shopper} size={28} />}
      <div class="messages-column">
        <p class="messages-head">
          <span class={fromAgent && !own ? 'messages-name' : 'hidden-words'}>{own ? t.you : name}</span>
          <Clock at={items[0]!.at} />
        </p>
        {items.map((item) => (
          <div key={item.key} class="message" data-key={item.key}>
            <div class={bubbleClass(item)} dir="auto" title={format.absolute(item.at)}>
              <MessageText text={item.text} />
            </div>
            {item.status === 'failed' && <Failed client={client} item={item} />}
            {item.key === statusKey && item.status && <Status status={item.status} waiting={item.waiting ?? false} />}
          </div>
        ))}
      </div>
    </div>
  );
}
const Messages = pure(MessagesInner);

function System({ items, selfId }: { items: readonly EventItem[]; selfId: string | undefined }) {
  const last = items[items.length - 1]!;
  return (
    <p class="system" data-key={items[0]!.key}>
      <span>{items.map((item) => systemText(item, selfId)).join(' · ')}</span>
      <Clock at={last.at} />
    </p>
  );
}

function Divider({ text, strong }: { text: string; strong?: boolean }) {
  return (
    <h2 class={strong ? 'divider divider-strong' : 'divider'}>
      <span>{text}</span>
    </h2>
  );
}

interface RowViewProps {
  row: Row;
  client: AgentClient;
  selfId: string | undefined;
  shopper: ShopperProfile | null;
  statusKey: string | undefined;
  now: number;
}

export function RowView({ row, client, selfId, shopper, statusKey, now }: RowViewProps) {
  switch (row.kind) {
    case 'day':
      return <Divider text={format.day(row.at, now)} />;
    case 'border':
      return <Divider strong text={row.current ? `${t.this_conversation} · ${format.day(row.at, now)}` : `${t.former_conversation} · ${format.day(row.at, now)}`} />;
    case 'system':
      return <System items={row.items} selfId={selfId} />;
    case 'messages': {
      const { first } = row;
      const fromAgent = first.author.role === 'agent';
      const name = fromAgent ? (first.agent?.name ?? t.colleague) : shopperName(shopper, t.shopper);
      return (
        <Messages
          client={client} items={row.items} own={row.own} fromAgent={fromAgent} name={name} photo={first.agent?.photo} shopper={shopper}
          statusKey={row.items.some((item) => item.key === statusKey) ? statusKey : undefined}
        />
      );
    }
  }
}
