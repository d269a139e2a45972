// The few forms of patterns that the schemas use: ^prefix[class]{n}$ and ^prefix[class]{min,max}$.

const FORM = /^\^([A-Za-z0-9_#]*)\[([^\]]+)\]\{(\d+)(?:,(\d+))?\}\$$/;

/** {prefix, characters, min, max, words}: characters as the bits of two 64-bit words, words for people. */
export function pattern(text) {
  const match = FORM.exec(text);
  if (!match) throw new Error(`${text}: only ^prefix[class]{min,max}$ is generated`);
  const [, prefix, characters, min, max = min] = match;
  const pairs = rangesOf(characters);
  const count = min === max ? min : `${min} to ${max}`;
  const of = pairs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(' ');
  return {
    prefix,
    characters: bitsOf(pairs),
    min: Number(min),
    max: Number(max),
    words: `${prefix ? `${prefix} and then ` : ''}${count} characters of ${of}`,
  };
}

function bitsOf(pairs) {
  const code = (character) => BigInt(character.charCodeAt(0));
  const run = ([first, last]) => ((1n << (code(last) - code(first) + 1n)) - 1n) << code(first);
  const bits = pairs.map(run).reduce((all, some) => all | some, 0n);
  if (bits >> 128n) throw new Error('only ASCII is generated');
  return [bits & ((1n << 64n) - 1n), bits >> 64n].map((word) => `0x${word.toString(16)}`);
}

function rangesOf(characters) {
  const pairs = [];
  for (let i = 0; i < characters.length; i++) {
    if (characters[i + 1] === '-' && i + 2 < characters.length) {
      pairs.push([characters[i], characters[i + 2]]);
      i += 2;
    } else {
      pairs.push([characters[i], characters[i]]);
    }
  }
  return pairs;
}
