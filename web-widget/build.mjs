// Bundles what the server serves and embeds it into C. meson calls it (see meson.build):
//   node build.mjs OUT PROTOCOL_TS TARGET
// OUT gets assets.c, assets.S, assets.d (every input of TARGET, for ninja) and www/ (the files as they are served).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { storePages } from './demo-store/pages.mjs';
import { embed } from './embed.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2]);
const protocol = resolve(process.argv[3]);
const www = join(out, 'www');
const inputs = new Set();
const assets = [];

const common = {
  absWorkingDir: here,
  alias: { '@proto': protocol },
  bundle: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  minify: true,
  nodePaths: [resolve(here, '../node_modules')],
  outdir: www,
  target: 'es2020',
  tsconfigRaw: {},
};

/** Runs esbuild, remembers its inputs, and returns the outputs as [{path, file, entry}] with path from www. */
async function bundle(options) {
  const { metafile } = await build({ ...common, ...options });
  for (const input of Object.keys(metafile.inputs)) {
    if (!input.startsWith('shadow:')) inputs.add(resolve(here, input));
  }
  return Object.keys(metafile.outputs).map((file) => {
    const full = resolve(here, file);
    return { path: `/${relative(www, full)}`, file: full };
  });
}

/** `import css from './x.shadow.css'` gives the bundled, minified text, for a constructed stylesheet. */
const shadowCss = {
  name: 'shadow-css',
  setup(on) {
    on.onLoad({ filter: /\.shadow\.css$/ }, async ({ path }) => {
      const { metafile, outputFiles } = await build({ ...common, entryPoints: [path], write: false });
      Object.keys(metafile.inputs).forEach((input) => inputs.add(resolve(here, input)));
      return { contents: outputFiles[0].text, loader: 'text' };
    });
  },
};

function serve(path, file, { immutable = false, demo = false } = {}) {
  assets.push({ path, file, immutable, demo });
}

function write(path, text) {
  const file = join(www, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Copies a file under a name that holds its hash; returns the path to link to. */
function hashed(dir, file, options) {
  const data = readFileSync(file);
  const ext = extname(file);
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 8);
  const path = `${dir}/${basename(file, ext)}-${hash}${ext}`;
  serve(path, write(path, data), { immutable: true, ...options });
  inputs.add(file);
  return path;
}

function read(file) {
  inputs.add(file);
  return readFileSync(file, 'utf8');
}

const pick = (outputs, ext) => outputs.find((output) => output.path.endsWith(ext))?.path;

/** Three pieces: the loader is on the store's page, live.ts comes when that is idle, the panel when it is wanted. */
async function widget() {
  const later = await bundle({
    entryPoints: ['widget/live.ts', 'widget/panel.tsx'],
    entryNames: 'widget/[name]-[hash]',
    chunkNames: 'widget/[name]-[hash]',
    format: 'esm',
    plugins: [shadowCss],
    splitting: true,
  });
  later.forEach(({ path, file }) => serve(path, file, { immutable: true }));
  const pathOf = (name) => JSON.stringify(later.find(({ path }) => path.startsWith(`/widget/${name}-`)).path);
  const loader = await bundle({
    entryPoints: { shopbell: 'widget/loader.ts' },
    format: 'iife',
    define: { SHOPBELL_LIVE_PATH: pathOf('live'), SHOPBELL_PANEL_PATH: pathOf('panel') },
    plugins: [shadowCss],
  });
  loader.forEach(({ path, file }) => serve(path, file));
}

async function console_() {
  const app = await bundle({
    entryPoints: { app: 'console/main.tsx' },
    entryNames: 'console/[name]-[hash]',
    assetNames: 'console/[name]-[hash]',
    format: 'esm',
    loader: { '.svg': 'file' },
    publicPath: '/',
  });
  app.forEach(({ path, file }) => serve(path, file, { immutable: true }));
  const html = read(join(here, 'console/index.html'))
    .replace('%STYLE%', pick(app, '.css'))
    .replace('%SCRIPT%', pick(app, '.js'));
  serve('/console/', write('console/index.html', html));
}

async function store() {
  const demo = { demo: true };
  const dir = join(here, 'demo-store');
  const bundled = await bundle({
    entryPoints: ['demo-store/store.ts', 'demo-store/store.css'],
    entryNames: 'demo/[name]-[hash]',
    format: 'esm',
  });
  bundled.forEach(({ path, file }) => serve(path, file, { immutable: true, ...demo }));
  const art = {};
  for (const name of readdirSync(join(dir, 'art'))) {
    art[basename(name, '.svg')] = hashed('/demo/art', join(dir, 'art', name), demo);
  }
  inputs.add(join(dir, 'art'));
  inputs.add(join(dir, 'pages.mjs'));
  const products = JSON.parse(read(join(dir, 'products.json')));
  const links = { style: pick(bundled, '.css'), script: pick(bundled, '.js'), art };
  for (const page of storePages(products, links)) {
    serve(page.path, write(join('demo', `${page.name}.html`), page.html), demo);
  }
}

function depfile() {
  const escape = (file) => file.replaceAll(' ', '\\ ');
  const list = [...inputs].sort().map(escape).join(' \\\n  ');
  writeFileSync(join(out, 'assets.d'), `${process.argv[4]}: \\\n  ${list}\n`);
}

rmSync(www, { recursive: true, force: true });
serve('/favicon.ico', join(here, 'icon.svg'));
inputs.add(join(here, 'icon.svg'));
await widget();
await console_();
await store();
embed(assets, out);
depfile();
