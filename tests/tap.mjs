// Reads TAP as node:test and cmocka write it. Only leaf tests count: a suite of subtests is not a test of its own.

/** How much of a crashed file's own words to show. */
const SAID_MAX = 60;

const POINT = /^(\s*)(not )?ok\b(?: (\d+))?(?: -)? ?(.*?)(?:\s+# ?(SKIP|TODO)\b ?(.*))?$/i;

/**
 * @param {string} text
 * @returns {{passed: string[], failed: {name: string, detail: string}[], skipped: {name: string, reason: string}[]}}
 */
export function readTap(text) {
  const result = { passed: [], failed: [], skipped: [] };
  const lines = text.split('\n');
  const names = []; // the open subtests, by depth
  const children = []; // how many points were seen a depth
  const failures = []; // how many of them failed
  let said = []; // what the program itself printed since the last point of its own
  for (let i = 0; i < lines.length; i++) {
    const subtest = /^(\s*)# Subtest: (.*)$/.exec(lines[i]);
    if (subtest) {
      const depth = subtest[1].length / 4;
      names.length = depth;
      names[depth] = subtest[2];
      continue;
    }
    const point = POINT.exec(lines[i]);
    if (!point) {
      if (lines[i].startsWith('# ')) said.push(lines[i]);
      continue;
    }
    const [, indent, not, , title, directive, reason] = point;
    const depth = indent.length / 4;
    const detail = diagnostics(lines, i + 1, indent);
    const isParent = (children[depth + 1] ?? 0) > 0;
    const childFailed = (failures[depth + 1] ?? 0) > 0;
    children[depth + 1] = failures[depth + 1] = 0;
    children[depth] = (children[depth] ?? 0) + 1;
    if (not) failures[depth] = (failures[depth] ?? 0) + 1;
    const name = [...names.slice(0, depth), title].join(' > ');
    if (directive?.toUpperCase() === 'SKIP') result.skipped.push({ name, reason: reason || 'no reason given' });
    else if (directive) result.failed.push({ name, detail: 'a todo is not a test' });
    else if (not && !(isParent && childFailed)) result.failed.push({ name, detail: withWords(detail, said) });
    else if (!isParent) result.passed.push(name);
    if (depth === 0) said = [];
  }
  return result;
}

/** Node says of a file that crashed only that it did; why is in what it printed. */
function withWords(detail, said) {
  return detail.includes('exitCode:') ? [detail, ...said.slice(-SAID_MAX)].join('\n') : detail;
}

/** What follows a test point: node's YAML block, or cmocka's comment lines. */
function diagnostics(lines, from, indent) {
  const detail = [];
  const isYaml = lines[from]?.trim() === '---';
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (isYaml ? line === `${indent}  ...` : !line.startsWith(`${indent}#`) || line.includes('# Subtest:')) break;
    detail.push(line);
  }
  return detail.filter((line) => line.trim() !== '---').join('\n');
}
