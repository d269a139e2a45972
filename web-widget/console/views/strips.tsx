import { useEffect, useState } from 'preact/hooks';
import { alert, cloudOff, Icon, pause, retry } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { keyCaps } from '../model/keys';
import { isMac } from '../hooks/media';
import { t } from '../strings/index';
import { Keys } from './tip';

/** A reconnect that takes no longer is not worth a word. */
const PATIENCE_MS = 1500;

/** What is wrong with the way to the server, worst first; undefined when all is well. */
function useTrouble(): string | undefined {
  const { snap } = useConsoleContext();
  switch (snap.connection) {
    case 'offline':
      return t.offline;
    case 'reconnecting':
      return t.reconnecting;
    case 'stopped':
      return t.stopped;
    default:
      return snap.serviceWritable ? undefined : t.store_away;
  }
}

/** The text once it has lasted; gone at once. */
function useLasting(text: string | undefined): string | undefined {
  const [lasting, setLasting] = useState<string>();
  useEffect(() => {
    if (!text) return setLasting(undefined);
    const timer = setTimeout(() => setLasting(text), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return text && lasting;
}

/** One calm line over the columns. Everything under it stays where it is and goes on working. */
export function Trouble() {
  const { client, snap } = useConsoleContext();
  const trouble = useLasting(useTrouble());
  return (
    <div class="float-place" role="status">
      {trouble && (
        <p class="float float-trouble">
          <Icon path={cloudOff} size={16} />
          <span>{trouble}</span>
          {snap.connection === 'stopped' && (
            <button type="button" class="button button-small" onClick={() => client.start()}>
              <Icon path={retry} size={12} />
              {t.use_here}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

/** While away and with something open; an empty inbox says it in the middle. */
export function AwayStrip() {
  const { snap, mine, route, act } = useConsoleContext();
  const saidInTheMiddle = mine.length === 0 && route.view === 'inbox';
  if (!snap.self || snap.routingStatus === 'accepting' || saidInTheMiddle) return null;
  return (
    <p class="strip strip-away" role="region" aria-label={t.away}>
      <Icon path={pause} size={16} />
      <span>{t.away_banner}</span>
      <button type="button" class="button button-small" onClick={() => act('toggle_availability')}>
        {t.go_available}
        <Keys caps={keyCaps('toggle_availability', isMac)} />
      </button>
    </p>
  );
}

/** Why something that was shown as done is undone. */
export function Notice() {
  const { notice, setNotice } = useConsoleContext();
  return (
    <div class="float-place" role="alert">
      {notice && (
        <p class="float float-notice">
          <Icon path={alert} size={16} />
          <span>{notice}</span>
          <button type="button" class="text-button" onClick={() => setNotice('')}>{t.close}</button>
        </p>
      )}
    </div>
  );
}
