import type { AgentProfile } from '@proto';
import { Avatar } from '../../ui/avatar';
import { useSurroundings } from './context';

export interface FacesProps {
  agents: readonly AgentProfile[];
  size: 28 | 32 | 40;
  most?: number;
}

/** Overlapping pictures; who they are is said in words beside them. */
export function Faces({ agents, size, most = 3 }: FacesProps) {
  const { address } = useSurroundings();
  return (
    <span class="faces" aria-hidden="true">
      {agents.slice(0, most).map((agent) => (
        <Avatar key={agent.id} name={agent.name} photo={address(agent.photo)} size={size} decorative />
      ))}
    </span>
  );
}
