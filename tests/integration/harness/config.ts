// The configuration file of a test's server: small sites with the same few people, or whatever a test says.

export interface AgentSpec {
  teams?: string[];
  capacity?: number;
}

/** The keys of a team's section. */
export type TeamSpec = Record<string, string | number>;

export interface SiteSpec {
  origins?: string[];
  teams?: string[] | Record<string, TeamSpec>;
  agents?: Record<string, AgentSpec>;
}

export type Sites = string[] | Record<string, SiteSpec>;

export const PASSWORD = 'demo-bell';
const PASSWORD_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$OQ7E4Ki/1hrm7/aaTMU5KQ$rpnBmAJi2a6Z4uneqCsEGU383e1+m0qNZJja9r1lfs8';

const TEAMS = ['support', 'orders'];
const AGENTS: Record<string, AgentSpec> = {
  maya: { teams: ['support'], capacity: 2 },
  jonas: { teams: ['support'], capacity: 2 },
  kofi: { teams: ['orders'], capacity: 1 },
};

export function email(agent: string): string {
  return `${agent}@shop.example`;
}

function siteText(site: string, { origins = ['self'], teams = TEAMS, agents = AGENTS }: SiteSpec): string {
  const names = Array.isArray(teams) ? teams : Object.keys(teams);
  const keys = (team: string) => Object.entries(Array.isArray(teams) ? {} : teams[team]!).map(([key, value]) => `${key} = ${value}\n`);
  return [
    `[site ${site}]\nname = Shop ${site}\norigins = ${origins.join(' ')}\ndefault_team = ${names[0]}\n`,
    ...names.map((team) => `[team ${site}/${team}]\nname = Team ${team}\n${keys(team).join('')}`),
    ...Object.entries(agents).map(
      ([agent, { teams: of = [names[0]!], capacity = 2 }]) =>
        `[agent ${site}/${agent}]\nname = ${agent}\nemail = ${email(agent)}\nteams = ${of.join(' ')}\n` +
        `capacity = ${capacity}\npassword = ${PASSWORD_HASH}\n`,
    ),
  ].join('\n');
}

export function configText(sites: Sites, settings: Record<string, string | number>): string {
  const specs = Array.isArray(sites) ? Object.fromEntries(sites.map((site) => [site, {}])) : sites;
  const server = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  return `[server]\n${server.join('\n')}\n\n${Object.entries(specs)
    .map(([site, spec]) => siteText(site, spec))
    .join('\n')}`;
}
