import { useState } from 'preact/hooks';

export type Presence = 'here' | 'busy' | 'away';

export interface AvatarProps {
  name: string;
  /** An absolute address; the caller knows which server has it. */
  photo?: string;
  size?: 20 | 24 | 28 | 32 | 40 | 56;
  presence?: Presence;
  /** The word for the presence, in the reader's language. Needed with presence: colour never speaks alone. */
  presenceWord?: string;
  /** The name is written beside it: then the picture adds nothing for someone who listens. */
  decorative?: boolean;
}

const TONES = 6;

/** First letters of the first and the last word; by code point, so that a name in any script works. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0] ? [...words[0]][0] : undefined;
  const last = words.length > 1 ? [...words[words.length - 1]!][0] : undefined;
  return ((first ?? '?') + (last ?? '')).toLocaleUpperCase();
}

/** The same name has the same colour everywhere. */
export function tone(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)!) % 9973;
  return sum % TONES;
}

export function Avatar({ name, photo, size = 32, presence, presenceWord, decorative }: AvatarProps) {
  const [broken, setBroken] = useState<string>();
  const label = presenceWord ? `${name}, ${presenceWord}` : name;
  return (
    <span
      class={`avatar avatar-${size} tone-${tone(name)}`}
      title={decorative ? undefined : label}
      role={decorative ? undefined : 'img'}
      aria-label={decorative ? undefined : label}
      aria-hidden={decorative ? 'true' : undefined}
    >
      <span aria-hidden="true">{initials(name)}</span>
      {photo && photo !== broken && (
        <img src={photo} width={size} height={size} alt="" decoding="async" onError={() => setBroken(photo)} />
      )}
      {presence && <span class={`presence presence-${presence}`} />}
    </span>
  );
}
