// The layers, checked by what each file includes or imports. DESIGN: net -> session -> domain, store -> base.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Which folders of ours a layer may include, and which libraries belong to it alone. */
const LAYERS = {
  base: { ours: ['base'], libraries: ['sodium.h', 'ini.h', 'uv.h'] },
  store: { ours: ['store', 'base'], libraries: ['hiredis/', 'hiredis.h', 'uv.h'] },
  domain: { ours: ['domain', 'base'], libraries: [] },
  session: { ours: ['session', 'domain', 'store', 'base'], libraries: ['uv.h'] },
  net: { ours: ['net', 'base', 'web-widget'], libraries: ['libwebsockets.h', 'uv.h'] },
};
const GUARDED = ['libwebsockets.h', 'hiredis', 'jansson.h', 'sodium.h', 'ini.h', 'uv.h'];
const OPEN_TO_ALL = ['shopbell/', 'proto.h'];

/** Which folders of web-widget/ a folder may import. */
const WEB = {
  client: ['client'],
  ui: ['ui'],
  widget: ['widget', 'client', 'ui'],
  console: ['console', 'client', 'ui'],
  'demo-store': ['demo-store'],
};

function filesUnder(dir, pattern) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesUnder(path, pattern);
    return pattern.test(entry.name) ? [path] : [];
  });
}

function linesMatching(file, pattern) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, i) => [...text.matchAll(pattern)].map((match) => ({ where: `${file}:${i + 1}`, match })));
}

function checkIncludes(layer, { ours, libraries }) {
  const wrong = [];
  for (const file of filesUnder(`server/${layer}`, /\.[ch]$/)) {
    for (const { where, match } of linesMatching(file, /^\s*#\s*include\s+([<"])([^>"]+)[>"]/g)) {
      const [, quote, path] = match;
      const isLibrary = GUARDED.some((name) => path.startsWith(name));
      const allowed = isLibrary
        ? libraries.some((name) => path.startsWith(name))
        : quote === '<' || [...ours.map((name) => `${name}/`), ...OPEN_TO_ALL].some((name) => path.startsWith(name));
      if (!allowed) wrong.push(`${where} includes ${path}`);
    }
  }
  return wrong;
}

function checkImports(folder, allowed) {
  const wrong = [];
  for (const file of filesUnder(`web-widget/${folder}`, /\.tsx?$/)) {
    for (const { where, match } of linesMatching(file, /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const target = relative(resolve('web-widget'), resolve(dirname(file), match[1])).split('/')[0];
      if (!allowed.includes(target)) wrong.push(`${where} imports ${match[1]}`);
    }
  }
  return wrong;
}

function checkMarkup() {
  const banned = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/gi;
  const files = filesUnder('web-widget', /\.(tsx?|mjs|js)$/);
  return files.flatMap((file) => linesMatching(file, banned).map(({ where, match }) => `${where} uses ${match[0]}`));
}

/** A conversation's state is decided in the Redis functions only, and written in one place there. */
function checkTransitions() {
  const inC = filesUnder('server', /\.[ch]$/)
    .flatMap((file) => linesMatching(file, /cmd_\w+\([^;]*"(state|ZADD|ZREM|ZPOPMIN)"/g))
    .map(({ where, match }) => `${where} sends ${match[1]}: transitions belong in server/store/functions`);
  const inLua = filesUnder('server/store/functions', /\.lua$/)
    .flatMap((file) => linesMatching(file, /'HSET',[^)]*'state'/g))
    .map(({ where }) => `${where} writes a state`);
  return inLua.length === 1 ? inC : [...inC, ...inLua, `${inLua.length} places write a conversation's state`];
}

/** Each check's name and what breaks it. */
export function checkLayers() {
  const includes = Object.entries(LAYERS).map(([layer, rule]) => [`server/${layer} includes`, checkIncludes(layer, rule)]);
  const imports = Object.entries(WEB).map(([folder, rule]) => [`web-widget/${folder} imports`, checkImports(folder, rule)]);
  return [
    ...includes,
    ...imports,
    ['no markup is made from strings', checkMarkup()],
    ['transitions are only in the Redis functions', checkTransitions()],
  ];
}
