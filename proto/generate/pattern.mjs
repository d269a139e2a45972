// The few forms of patterns that the schemas use: ^prefix[class]{n}$ and ^prefix[class]{min,max}$.

const FORM = /^\^([A-Za-z0-9_#]*)\[([^\]]+)\]\{(\d+)(?:,(\d+))?\}\$$/;

/** {prefix, ranges, min, max, words}: ranges as pairs of first and last character, words for people. */
export function pattern(text) {
  const match = FORM.exec(text);
  if (!match) throw new Error(`${text}: only ^prefix[class]{min,max}$ is generated`);
  const [, prefix, characters, min, max = min] = match;
  const pairs = rangesOf(characters);
  const count = min === max ? min : `${min} to ${max}`;
  const of = pairs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(' ');
  return {
    prefix,
    ranges: pairs.flat().join(''),
    min: Number(min),
    max: Number(max),
    words: `${prefix ? `${prefix} and then ` : ''}${count} characters of ${of}`,
  };
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
