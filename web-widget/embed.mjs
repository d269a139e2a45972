// Turns files into C: assets.S holds the bytes (.incbin), assets.c the sorted table that assets.h describes.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const MIME = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  webp: 'image/webp',
};

const LOOKUP = `
static int compare_path(const void *key, const void *element)
{
    const struct str *path = key;
    const char *candidate = ((const struct asset *)element)->path;
    size_t len = strlen(candidate);
    int order = memcmp(path->data, candidate, path->len < len ? path->len : len);
    return order != 0 ? order : (path->len > len) - (path->len < len);
}

const struct asset *asset_find(struct str path)
{
    if (path.len == 0) {
        return NULL;
    }
    return bsearch(&path, assets, sizeof assets / sizeof assets[0], sizeof assets[0], compare_path);
}
`;

/** @typedef {{path: string, file: string, immutable: boolean, demo: boolean}} Asset */

function blob(symbol, file) {
  return [`    .global ${symbol}`, `    .balign 16`, `${symbol}:`, `    .incbin ${JSON.stringify(file)}`, `    .byte 0`];
}

function mimeOf(file) {
  const mime = MIME[file.slice(file.lastIndexOf('.') + 1)];
  if (!mime) throw new Error(`no MIME type known for ${file}`);
  return mime;
}

/**
 * @param {Asset[]} assets
 * @param {string} dir where assets.S, assets.c and the gzip variants go
 */
export function embed(assets, dir) {
  const sorted = [...assets].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const externs = [];
  const rows = [];
  const code = ['#ifdef __CET__', '#include <cet.h>', '#endif', '    .section .rodata'];
  sorted.forEach((asset, i) => {
    const data = readFileSync(asset.file);
    const symbol = `asset_${i}`;
    externs.push(`extern const unsigned char ${symbol}[];`);
    code.push(...blob(symbol, asset.file));
    let gzip = 'NULL, 0';
    const packed = gzipSync(data, { level: 9 });
    if (packed.length < data.length * 0.95) {
      const file = join(dir, `${i}.gz`);
      writeFileSync(file, packed);
      externs.push(`extern const unsigned char ${symbol}_gzip[];`);
      code.push(...blob(`${symbol}_gzip`, file));
      gzip = `${symbol}_gzip, ${packed.length}`;
    }
    const etag = `W/\\"${createHash('sha256').update(data).digest('hex').slice(0, 20)}\\"`;
    rows.push(
      `    {"${asset.path}", "${mimeOf(asset.file)}", ${symbol}, ${data.length}, ${gzip}, "${etag}", ` +
        `${asset.immutable}, ${asset.demo}},`,
    );
  });
  code.push('    .section .note.GNU-stack, "", @progbits', '');
  writeFileSync(join(dir, 'assets.S'), code.join('\n'));
  writeFileSync(
    join(dir, 'assets.c'),
    [
      '#include "web-widget/assets.h"',
      '',
      '#include <stdlib.h>',
      '',
      ...externs,
      '',
      'static const struct asset assets[] = {',
      ...rows,
      '};',
      LOOKUP,
    ].join('\n'),
  );
}
