import { useCallback } from 'preact/hooks';
import { commands, type Command } from '../hooks/commands';
import { useConsoleContext } from '../hooks/context';
import { best } from '../model/match';
import { t } from '../strings/index';
import { Picker } from './picker';

const SHOWN = 14;
/** With nothing typed the actions must be in sight below the conversations. */
const CONVERSATIONS_FIRST = 5;

function found(all: readonly Command[], typed: string): Command[] {
  const groups = [t.palette_conversations, t.palette_actions].map((group) => {
    const limit = !typed && group === t.palette_conversations ? CONVERSATIONS_FIRST : SHOWN;
    return best(typed, all.filter((one) => one.group === group), (one) => one.label, limit);
  });
  return groups.flat().slice(0, SHOWN + CONVERSATIONS_FIRST);
}

export function Palette() {
  const context = useConsoleContext();
  const find = useCallback((typed: string) => found(commands(context), typed), [context]);
  return <Picker label={t.palette} placeholder={t.palette_placeholder} empty={t.palette_empty} find={find} />;
}
