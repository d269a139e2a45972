import type { EventItem } from '../../client/index';
import { t } from '../strings/index';

/** What happened, in words. */
export function systemText(item: EventItem, selfId: string | undefined): string {
  const name = item.agent?.name ?? t.colleague;
  const own = item.agent?.id === selfId;
  switch (item.type) {
    case 'opened':
      return t.sys_opened;
    case 'queued':
      if (item.reason === 'agent_left') return t.sys_queued_left;
      if (item.reason === 'transferred') return own ? t.sys_transferred_you : t.sys_transferred(name);
      if (item.reason === 'overflowed') return t.sys_queued_overflowed;
      if (item.reason === 'reserved') return t.sys_queued_reserved(name);
      if (item.reason === 'prioritized') return t.sys_queued_prioritized;
      return item.reason === 'agent_away' ? t.sys_queued_away : t.sys_queued;
    case 'assigned':
      if (item.reason === 'taken_over') return own ? t.sys_taken_over_you : t.sys_taken_over(name);
      if (item.reason === 'transferred') return own ? t.sys_given_you : t.sys_given(name);
      return own ? t.sys_assigned_you : t.sys_assigned(name);
    case 'close_proposed':
      return own ? t.sys_close_proposed : t.sys_close_proposed_by(name);
    case 'close_disputed':
      return t.sys_close_disputed;
    case 'closed':
      if (item.reason === 'timed_out') return t.sys_closed_timed_out;
      return item.reason === 'confirmed' ? t.sys_closed_confirmed : t.sys_closed;
  }
}
