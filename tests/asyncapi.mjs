// What AsyncAPI's own parser says about the protocol's document, with every schema it refers to.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const ERROR = 0;

/** @returns {Promise<string[]>} the parser's errors, one a line */
export async function asyncapiErrors(path) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(path, 'utf8'), { source: path });
  const errors = diagnostics
    .filter(({ severity }) => severity === ERROR)
    .map(({ message, path: where, range }) => `line ${range.start.line + 1}: ${where.join('.')}: ${message}`);
  return document ? errors : [...errors, 'the parser made no document of it'];
}
