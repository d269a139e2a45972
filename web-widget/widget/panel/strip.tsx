import type { ShopperSnapshot } from '../../client/types';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { useLasting, useSurroundings } from './context';
import { troubleWords } from './words';

/** A page that changes or a lift's door needs no words. */
const SHOW_AFTER_MS = 1200;

/** Why a message would not go out now. It slides in above the text box; the place is there even when it is empty. */
export function Strip({ snapshot }: { snapshot: ShopperSnapshot }) {
  const { t } = useSurroundings();
  const isApart = snapshot.connection === 'reconnecting' || (snapshot.connection === 'connecting' && !snapshot.site);
  const words = troubleWords(snapshot, useLasting(isApart, SHOW_AFTER_MS), t);
  return (
    <div class={words ? 'strip strip-shown' : 'strip'} role="status">
      <div class="strip-fold">
        {words && (
          <p class="strip-words">
            <Icon path={isApart ? icons.retry : snapshot.refused ? icons.alert : icons.cloudOff} size={16} />
            {words}
          </p>
        )}
      </div>
    </div>
  );
}
