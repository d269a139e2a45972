import { Avatar } from '../../ui/avatar';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import type { ShopperSnapshot } from '../../client/types';
import { useSurroundings } from './context';
import { Faces } from './faces';
import { headerWords, teamPresence } from './words';

interface HeaderProps {
  snapshot: ShopperSnapshot;
  onBack(): void;
}

/** Above a conversation: who is on the other side, and whether they are there. */
export function Header({ snapshot, onBack }: HeaderProps) {
  const { t, close, address } = useSurroundings();
  const { team, site, conversation } = snapshot;
  const agent = conversation?.state === 'closed' ? null : snapshot.agent;
  const presence = agent ? (snapshot.agentPresent ? 'here' : 'away') : teamPresence(team);
  const words = agent ? (snapshot.agentPresent ? t.here : t.away) : headerWords(team, t);
  return (
    <header class="header">
      <button type="button" class="tool" onClick={onBack} aria-label={t.back} title={t.back}>
        <Icon path={icons.chevronLeft} flip />
      </button>
      {agent ? (
        <Avatar name={agent.name} photo={address(agent.photo)} size={40} presence={presence} presenceWord={words} decorative />
      ) : (
        team && <Faces agents={team.agents} size={32} most={2} />
      )}
      <div class="header-words">
        <h2 class="header-title">{agent?.name ?? site?.name ?? t.chat}</h2>
        <p class="header-line">
          {!agent && words && <span class={`dot dot-${presence}`} />}
          {[agent?.title, words].filter(Boolean).join(' · ')}
        </p>
      </div>
      <button type="button" class="tool" onClick={close} aria-label={t.close} title={t.close}>
        <Icon path={icons.close} />
      </button>
    </header>
  );
}
