import { useEffect } from 'preact/hooks';
import type { AgentClient, AgentConversation } from '../../client/index';

/** Passing over a conversation with J and K is not yet reading it. */
const DWELL_MS = 400;

/** Tells the shopper "seen" when somebody really looks at the end of the conversation. */
export function useSeen(client: AgentClient, conversation: AgentConversation, atEnd: boolean): void {
  const { id, mine, timeline } = conversation;
  useEffect(() => {
    if (!mine || !atEnd) return;
    const look = () => {
      if (document.visibilityState === 'visible' && document.hasFocus()) client.seen(id);
    };
    const timer = setTimeout(look, DWELL_MS);
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [client, id, mine, atEnd, timeline]);
}
