// The page: the table, and a plot for each curve that was measured. One file, to be opened from disk; uPlot draws.
import { readFileSync } from 'node:fs';
import { howOf, judge, type Outcome, type Plot, type Row } from './figure.ts';
import type { Machine } from './machine.ts';
import { shown } from './table.ts';

export interface PageInput {
  where: Machine;
  quick: boolean;
  outcomes: (Outcome & { name: string })[];
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter]!);

/** Within a script element nothing may look like its end. */
const asScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

function rowLines(row: Row): string {
  const how = howOf(row);
  const judged = judge(row);
  if (judged.length === 0) return `<tr><th scope="row">${escaped(row.what)}<small>${escaped(how)}</small></th><td class="number">${shown(row.ours)} ${row.unit}</td><td colspan="5"></td></tr>`;
  return judged
    .map(({ beside, value, ratio, words, met }, i) => {
      const first = i === 0 ? `<th scope="row" rowspan="${judged.length}">${escaped(row.what)}<small>${escaped(how)}</small></th><td rowspan="${judged.length}" class="number">${shown(row.ours)} ${row.unit}</td>` : '';
      const state = met === undefined ? '' : met ? '<span class="met">met</span>' : '<span class="missed">missed</span>';
      return `<tr>${first}<td>${escaped(beside)}</td><td class="number">${shown(value)} ${row.unit}</td><td class="number">${ratio.toFixed(2)}</td><td>${words}</td><td>${state}</td></tr>`;
    })
    .join('\n');
}

/** uPlot wants one x for all curves; what a curve has no value for is null. */
function plotData({ curves, ...rest }: Plot): object {
  const xs = [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const ys = curves.map(({ x, y }) => xs.map((at) => y[x.indexOf(at)] ?? null));
  return { ...rest, names: curves.map(({ name }) => name), data: [xs, ...ys] };
}

const STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --quiet: #5b6675; --line: #dfe4ea; --ground: #fff; --good: #0a6b3d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --quiet: #9aa6b5; --line: #333c48; --ground: #14181e; --good: #5fd39a; --bad: #ff8a80; } }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 70rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 3rem; font-size: 1.1rem; }
p, small { color: var(--quiet); } small { display: block; font-weight: 400; font-size: .8rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { padding: .5rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--quiet); font-size: .8rem; } tbody th { font-weight: 500; min-width: 18rem; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.met { color: var(--good); } .missed { color: var(--bad); font-weight: 600; } .u-legend { font-size: .85rem; }
`;

const DRAW = `
const inks = matchMedia('(prefers-color-scheme: dark)').matches ? ['#6cb2ff', '#2f6bb0', '#ffb26b', '#b0702f', '#7ee0a8', '#c79bff'] : ['#0b5fc0', '#8bb8ea', '#b45309', '#e5b27c', '#0a7d48', '#7a3fc0'];
const ink = getComputedStyle(document.body).color, line = getComputedStyle(document.documentElement).getPropertyValue('--line');
const axis = (label) => ({ label, stroke: ink, grid: { stroke: line }, ticks: { stroke: line } });
plots.forEach((plot, i) => {
  const place = document.getElementById('plot-' + i);
  const series = plot.names.map((label, n) => ({ label, stroke: inks[n % inks.length], width: 2, points: { show: plot.data[0].length < 30 } }));
  const options = { width: place.clientWidth, height: 320, scales: { x: { time: false }, y: { distr: plot.log ? 3 : 1 } }, axes: [axis(plot.x), { ...axis(plot.y), size: 70 }], series: [{ label: plot.x }, ...series] };
  const drawn = new uPlot(options, plot.data, place);
  addEventListener('resize', () => drawn.setSize({ width: place.clientWidth, height: 320 }));
});
`;

export function page({ where, quick, outcomes }: PageInput): string {
  const read = (file: string) => readFileSync(`node_modules/uplot/dist/${file}`, 'utf8');
  const plots = outcomes.flatMap(({ plots }) => plots);
  const wrongs = outcomes.flatMap(({ wrongs }) => wrongs);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shopbell, measured</title>
<style>${read('uPlot.min.css')}${STYLE}</style></head><body>
<h1>Shopbell, measured</h1>
<p>${escaped(where.words)}. ${quick ? '<strong>A quick run, with fewer of everything: not to be quoted.</strong> ' : ''}Ratios are ours over theirs, in one run.</p>
${wrongs.length ? `<ul>${wrongs.map((wrong) => `<li class="missed">${escaped(wrong)}</li>`).join('')}</ul>` : '<p>In no run was anything lost, repeated or out of order.</p>'}
<div class="scroll"><table><thead><tr><th>figure</th><th>ours</th><th>beside</th><th>theirs</th><th>ratio</th><th>target</th><th></th></tr></thead>
<tbody>${outcomes.flatMap(({ rows }) => rows).map(rowLines).join('\n')}</tbody></table></div>
${plots.map(({ title }, i) => `<h2>${escaped(title)}</h2><div id="plot-${i}"></div>`).join('\n')}
<h2>The machine's limits</h2>
<div class="scroll"><table><tbody>${Object.entries(where.limits).map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}</tbody></table></div>
<script>${read('uPlot.iife.min.js')}</script><script>const plots = ${asScript(plots.map(plotData))};${DRAW}</script>
</body></html>
`;
}
