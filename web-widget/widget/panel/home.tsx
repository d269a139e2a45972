import type { AgentProfile, TeamStatus } from '@proto';
import type { MessageItem, ShopperSnapshot } from '../../client/types';
import { Avatar } from '../../ui/avatar';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { Skeleton } from '../../ui/loading';
import { Time } from '../../ui/time';
import { useSurroundings } from './context';
import { teamPresence, teamWords } from './words';

function Person({ agent, presence }: { agent: AgentProfile; presence?: 'here' | 'busy' }) {
  const { t, address } = useSurroundings();
  return (
    <li class="person">
      <Avatar
        name={agent.name}
        photo={address(agent.photo)}
        size={40}
        presence={presence}
        presenceWord={presence && t[presence]}
        decorative
      />
      <span class="person-words">
        <b>{agent.name}</b>
        {agent.title && <span>{agent.title}</span>}
      </span>
    </li>
  );
}

function Team({ team }: { team: TeamStatus }) {
  const { t } = useSurroundings();
  const presence = teamPresence(team);
  return (
    <section class="card" aria-labelledby="team-title">
      <h3 class="card-title" id="team-title">
        {presence === 'away' ? t.teamTitleAway : t.teamTitle}
      </h3>
      <ul class="people">
        {team.agents.slice(0, 3).map((agent) => (
          <Person key={agent.id} agent={agent} presence={presence === 'away' ? undefined : presence} />
        ))}
      </ul>
    </section>
  );
}

/** Exactly as high as a team of two. */
function TeamSkeleton() {
  return (
    <section class="card" aria-hidden="true">
      <h3 class="card-title">
        <Skeleton class="skeleton-title" />
      </h3>
      {[1, 2].map((row) => (
        <div class="person" key={row}>
          <Skeleton class="skeleton-face" />
          <span class="person-words">
            <Skeleton class="skeleton-name" />
            <Skeleton class="skeleton-line" />
          </span>
        </div>
      ))}
    </section>
  );
}

/** What becomes of a message, as things are now. */
function NextSteps({ team }: { team: TeamStatus }) {
  const { t } = useSurroundings();
  const steps = [t.stepWrite, { online: t.stepOnline, busy: t.stepBusy, away: t.stepAway }[team.status], t.stepClose];
  return (
    <section class="steps" aria-labelledby="steps-title">
      <h3 class="card-title" id="steps-title">
        {t.stepsTitle}
      </h3>
      <ol>
        {steps.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ol>
    </section>
  );
}

function lastMessage(snapshot: ShopperSnapshot): MessageItem | undefined {
  for (let i = snapshot.timeline.length - 1; i >= 0; i--) {
    const item = snapshot.timeline[i]!;
    if (item.kind === 'message') return item;
  }
  return undefined;
}

function Continue({ snapshot, message, onOpen }: { snapshot: ShopperSnapshot; message: MessageItem; onOpen(): void }) {
  const { t, format, address } = useSurroundings();
  const { agent, unread, conversation } = snapshot;
  const name = agent?.name ?? snapshot.site?.name ?? t.someone;
  return (
    <button type="button" class="card card-button" onClick={onOpen}>
      <span class="card-title">{conversation?.state === 'closed' ? t.lastConversation : t.yourConversation}</span>
      <span class="person">
        <Avatar name={name} photo={address(agent?.photo)} size={40} decorative />
        <span class={unread ? 'person-words person-unread' : 'person-words'}>
          <b>
            {name}
            <Time at={message.at} format={format} />
          </b>
          <span>{message.own ? t.youSaid(message.text) : message.text}</span>
        </span>
        {unread > 0 ? (
          <span class="count" aria-label={t.unread(unread)}>
            {format.number(unread)}
          </span>
        ) : (
          <Icon path={icons.chevronRight} flip />
        )}
      </span>
    </button>
  );
}

interface HomeProps {
  snapshot: ShopperSnapshot;
  onOpen(): void;
}

export function Home({ snapshot, onOpen }: HomeProps) {
  const { t, close } = useSurroundings();
  const { team, site } = snapshot;
  const message = lastMessage(snapshot);
  const isHopeful = !snapshot.refused && snapshot.connection !== 'unreachable';
  return (
    <div class="home">
      <div class="hero">
        <div class="hero-bar">
          <span class="hero-site">{site?.name}</span>
          <button type="button" class="tool tool-on-accent" onClick={close} aria-label={t.close} title={t.close}>
            <Icon path={icons.close} />
          </button>
        </div>
        <h2 class="hero-title">
          {t.greeting}
          <br />
          {t.question}
        </h2>
        <p class="hero-line">
          {team && <span class={`dot dot-on-accent dot-${teamPresence(team)}`} />}
          {team ? teamWords(team, t) : ''}
        </p>
      </div>
      <div class="home-cards">
        {message && <Continue snapshot={snapshot} message={message} onOpen={onOpen} />}
        {team ? team.agents.length > 0 && <Team team={team} /> : isHopeful && <TeamSkeleton />}
        {team && !message && <NextSteps team={team} />}
      </div>
    </div>
  );
}
