import type { Colleague } from '@proto';
import * as icons from '../../ui/icon';
import type { Command } from '../hooks/commands';
import { useConsoleContext, type Console } from '../hooks/context';
import { best } from '../model/match';
import { t } from '../strings/index';
import { Picker } from './picker';

const SHOWN = 20;

function whyNot({ present, routing_status, load, capacity }: Colleague): string | undefined {
  if (!present) return t.not_here;
  if (routing_status === 'away') return t.away;
  return load >= capacity ? t.no_room : undefined;
}

function toColleague(colleague: Colleague, { transfer }: Console): Command {
  const { profile, load, capacity } = colleague;
  const why = whyNot(colleague);
  return {
    key: `agent-${profile.id}`,
    group: t.transfer_agents,
    label: profile.name,
    note: [profile.title, why ?? t.room(load, capacity)].filter(Boolean).join(' · '),
    icon: icons.person,
    disabled: why !== undefined,
    run: () => transfer({ agent: profile.id }),
  };
}

/** Colleagues with room, the others with the reason, and teams. */
function targets(context: Console): Command[] {
  const others = context.snap.colleagues.filter(({ profile }) => profile.id !== context.snap.self?.profile.id);
  const colleagues = others.map((one) => toColleague(one, context));
  const teams = context.snap.teams.map(({ team, name }): Command => ({
    key: `team-${team}`, group: t.transfer_teams, label: name, icon: icons.people, run: () => context.transfer({ team }),
  }));
  return [...colleagues.filter((one) => !one.disabled), ...colleagues.filter((one) => one.disabled), ...teams];
}

export function Transfer() {
  const context = useConsoleContext();
  const find = (typed: string) =>
    [t.transfer_agents, t.transfer_teams].flatMap((group) =>
      best(typed, targets(context).filter((one) => one.group === group), (one) => one.label, SHOWN),
    );
  return <Picker label={t.transfer} placeholder={t.transfer_placeholder} empty={t.transfer_empty} find={find} />;
}
