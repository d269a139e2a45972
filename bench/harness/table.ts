// The figures as lines of text: ours, who stands beside, the ratio, and what it was to be.
import { howOf, judge, type Row } from './figure.ts';

export function shown(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const HEAD = ['figure', 'ours', 'beside', 'theirs', 'ratio', 'target', '', 'how'];

function lines(row: Row): string[][] {
  const how = howOf(row);
  if (row.beside.length === 0) return [[row.what, `${shown(row.ours)} ${row.unit}`, '', '', '', '', '', how]];
  return judge(row).map(({ beside, value, ratio, words, met }, i) => [
    i === 0 ? row.what : '',
    i === 0 ? `${shown(row.ours)} ${row.unit}` : '',
    beside,
    `${shown(value)} ${row.unit}`,
    ratio.toFixed(2),
    words,
    met === undefined ? '' : met ? 'met' : 'MISSED',
    i === 0 ? how : '',
  ]);
}

export function table(rows: Row[]): string {
  const all = [HEAD, ...rows.flatMap(lines)];
  const widths = HEAD.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  return all.map((line) => line.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()).join('\n');
}
