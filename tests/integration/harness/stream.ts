// A conversation's stream as Redis has it: an event is an entry of named fields, but a message is one value.

/** For XADD, behind the id. */
export function fieldsOf(event: Record<string, string | number>): string[] {
  const { type, at, role, by, custom_id, text } = event;
  if (type === 'message') return ['message', [at, role, by, custom_id, text].join(' ')];
  return Object.entries(event).flat().map(String);
}

/** What XRANGE gave of an entry, behind its id. */
export function eventOf(flat: string[]): Record<string, string> {
  const fields = Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]!]] : [])));
  if (fields['message'] === undefined) return fields;
  const [, at, role, by, custom_id, text] = /^(\d+) (\S+) (\S+) (\S+) ([^]*)$/.exec(fields['message'])!;
  return { type: 'message', at: at!, role: role!, by: by!, custom_id: custom_id!, text: text! };
}
