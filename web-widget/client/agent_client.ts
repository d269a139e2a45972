import type { AgentClient, AgentClientOptions } from './types';

export function createAgentClient(_options: AgentClientOptions): AgentClient {
  throw new Error('not there yet');
}
