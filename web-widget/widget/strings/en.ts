import type { Format } from '../../ui/format';

const PLACES = ['', 'next', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** Every word the panel says, in English. The other languages have the same shape. */
export const en = (format: Format) => ({
  chat: 'Chat',
  close: 'Close chat',
  back: 'Back to start',
  greeting: 'Hello!',
  question: 'How can we help?',
  teamTitle: 'Who you talk to',
  teamTitleAway: 'Who answers you',
  here: 'here',
  busy: 'busy',
  away: 'away',
  /** Who is here, the first few by name. */
  online: (names: readonly string[]) =>
    names.length === 0 ? 'We are here' : names.length === 1 ? `${names[0]} is here now` : `${format.list(names)} are here now`,
  allBusy: 'Everyone is in a conversation. Write, and you get a place in line.',
  allAway: 'Nobody is here right now. Write anyway: the answer comes here.',
  headerOnline: 'We are here',
  headerBusy: 'Everyone is busy',
  headerAway: 'Nobody is here right now',
  yourConversation: 'Your conversation',
  lastConversation: 'Your last conversation',
  youSaid: (text: string) => `You: ${text}`,
  startOf: (site: string) => `You are writing with ${site}`,
  startHint: 'Ask anything. A person reads it.',
  earlier: 'Loading earlier messages',
  messages: 'Messages',
  writeFirst: 'Ask us anything…',
  write: 'Write a message…',
  writeNew: 'Write a new message…',
  message: 'Your message',
  send: 'Send',
  left: (count: number) => format.plural(count, { one: '# character left', other: '# characters left' }),
  tooLong: (count: number) => format.plural(count, { one: '# character too many', other: '# characters too many' }),
  sending: 'Sending…',
  waiting: 'Goes out by itself',
  sent: 'Sent',
  delivered: 'Delivered',
  seen: 'Seen',
  failed: 'Not sent.',
  retry: 'Try again',
  discard: 'Discard',
  typing: (name: string) => `${name} is writing`,
  unread: (count: number) => format.plural(count, { one: '# new message', other: '# new messages' }),
  someone: 'Our team',
  joined: (name: string) => `${name} joined`,
  agentLeft: (name: string) => `${name} had to go.`,
  proposed: (name: string) => `${name} asked whether this is solved`,
  disputed: 'You said: not solved yet',
  confirmed: 'Solved',
  timedOut: 'Closed, as no answer came',
  place: (position: number) => {
    const word = PLACES[position];
    if (word) return `You are ${word} in line.`;
    return `You are ${format.ordinal(position, { one: '#st', two: '#nd', few: '#rd', other: '#th' })} in line.`;
  },
  inLine: 'You are in line.',
  placeHint: 'You can go on writing meanwhile.',
  queuedAway: 'Nobody is here right now.',
  queuedAwayHint: 'We have your message and answer here.',
  isSolved: (name: string) => `${name} asks: is this solved?`,
  solved: 'It’s solved',
  notYet: 'Not yet',
  notDone: 'That did not work. Please try again.',
  connecting: 'Connecting…',
  reconnecting: 'Connecting again…',
  offline: 'You are offline. Messages go out when you are back.',
  storeAway: 'We can’t send right now. Your message is kept and goes out by itself.',
  storeAwayIdle: 'We can’t send right now. What you write is kept and goes out by itself.',
  storageRefused: 'Your browser does not let us keep this chat. Leave the page open until it is done.',
  refused: 'This chat is not available here.',
});
  unreachable: 'Chat is not available here right now.',

export type Strings = ReturnType<typeof en>;
