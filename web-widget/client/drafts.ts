// What was typed and not sent, per conversation ('' before the first), kept over a reload.
import type { Keep } from './storage';

export interface Drafts {
  get(conversation_id: string): string;
  set(conversation_id: string, text: string): void;
}

export function createDrafts(keep: Keep): Drafts {
  const name = (id: string) => `draft:${id}`;
  return {
    get: (id) => keep.get<string>(name(id)) ?? '',
    set: (id, text) => (text ? keep.set(name(id), text) : keep.remove(name(id))),
  };
}
