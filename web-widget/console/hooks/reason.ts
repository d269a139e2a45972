import type { RequestError } from '../../client/index';
import { t } from '../strings/index';

/** A refusal in the reader's language. */
export function reasonText(error: RequestError): string {
  switch (error.type) {
    case 'unavailable':
      return t.reason_unavailable;
    case 'disconnected':
    case 'timeout':
      return t.reason_offline;
    case 'wrong_state':
      return t.reason_wrong_state;
    case 'not_found':
      return t.reason_not_yours;
    case 'agent_unavailable':
      return t.reason_no_room;
    case 'rate_limited':
      return t.reason_rate_limited;
    case 'conversation_closed':
      return t.reason_closed;
    case 'invalid_payload':
      return t.reason_too_long;
    default:
      return t.reason_other;
  }
}

export function loginErrorText(error: RequestError): string {
  switch (error.type) {
    case 'authentication_failed':
    case 'invalid_payload':
      return t.error_wrong_login;
    case 'unknown_site':
      return t.error_unknown_site;
    case 'origin_not_allowed':
      return t.error_origin;
    case 'rate_limited':
      return t.error_rate_limited;
    case 'unavailable':
      return t.error_unavailable;
    case 'disconnected':
    case 'timeout':
      return t.error_offline;
    default:
      return t.error_other;
  }
}
