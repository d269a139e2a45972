// ./dev bench [NAME...] [--quick]: builds, measures, prints the table, writes JSON and a page, and fails where a target
// is missed or anything was lost.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { chatFigures } from './figures_chat.ts';
import { crowdFigures } from './figures_crowd.ts';
import { memoryFigures } from './figures_memory.ts';
import { judge, type Figure, type Outcome } from './figure.ts';
import { machine } from './machine.ts';
import { page } from './page.ts';
import { BUILD } from './servers.ts';
import { table } from './table.ts';

const OUT = 'build/bench';
const FIGURES: Figure[] = [...memoryFigures, ...chatFigures, ...crowdFigures];

const say = (text: string): void => console.error(text);

function build(): void {
  const options = ['--buildtype=release', '-Dtests=false'];
  if (!existsSync(`${BUILD}/build.ninja`)) execFileSync('meson', ['setup', BUILD, ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('ninja', ['-C', BUILD], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function chosen(names: string[]): Figure[] {
  const unknown = names.filter((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown.length) throw new Error(`there is no ${unknown.join(', ')}; there are:\n${FIGURES.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}`);
  return FIGURES.filter(({ name, isLong }) => (names.length ? names.includes(name) : !isLong));
}

/** A figure that cannot be measured is told as what went wrong, and the others go on. */
async function measured(figure: Figure, quick: boolean): Promise<Outcome> {
  say(`${figure.name}: ${figure.about}`);
  try {
    return await figure.run({ quick, say });
  } catch (error) {
    return { rows: [], plots: [], raw: [], wrongs: [`${figure.name}: ${(error as Error).message}`] };
  }
}

export async function main(args: string[]): Promise<number> {
  const quick = args.includes('--quick');
  const figures = chosen(args.filter((arg) => arg !== '--quick'));
  build();
  mkdirSync(OUT, { recursive: true });
  const where = machine();
  const outcomes = [];
  for (const figure of figures) outcomes.push({ name: figure.name, ...(await measured(figure, quick)) });
  const rows = outcomes.flatMap(({ rows }) => rows);
  const wrongs = outcomes.flatMap(({ wrongs }) => wrongs);
  const missed = rows.flatMap(judge).filter(({ met }) => met === false).length;
  writeFileSync(`${OUT}/result.json`, JSON.stringify({ machine: where, quick, outcomes }, null, 2));
  writeFileSync(`${OUT}/index.html`, page({ where, quick, outcomes }));
  console.log(table(rows));
  wrongs.forEach((wrong) => console.log(`wrong: ${wrong}`));
  console.log(`${where.words}${quick ? '; --quick: fewer of everything, not to be quoted' : ''}`);
  console.log(`${missed} targets missed, ${wrongs.length} things wrong; ${OUT}/index.html has the plots, ${OUT}/result.json all figures`);
  return missed || wrongs.length ? 1 : 0;
}
