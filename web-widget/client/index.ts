// The one client of the wire protocol, for the widget and the console. No user interface in here.
export { createShopperClient } from './shopper_client';
export { createAgentClient } from './agent_client';
export { MOST_ASSIGNED } from './agent_lists';
export { createDrafts, type Drafts } from './drafts';
export { createKeep, type Keep } from './storage';
export { browserEnv, type Env } from './env';
export type * from './types';
