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
    case 'unreachable':
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

function TroubleNote({ words }: { words: string }) {
  const { client, snap } = useConsoleContext();
  return (
    <p class="float float-trouble">
      <Icon path={cloudOff} size={16} />
      <span>{words}</span>
      {snap.connection === 'stopped' && (
        <button type="button" class="button button-small" onClick={() => client.start()}>
          <Icon path={retry} size={12} />
          {t.use_here}
        </button>
      )}
    </p>
  );
}

function AwayNote() {
  const { act } = useConsoleContext();
  return (
    <p class="float float-away">
      <Icon path={pause} size={16} />
      <span>{t.away_banner}</span>
      <button type="button" class="button button-small" onClick={() => act('toggle_availability')}>
        {t.go_available}
        <Keys caps={keyCaps('toggle_availability', isMac)} />
      </button>
    </p>
  );
}

/** While away and with something open; an empty inbox says it in the middle. */
function useAway(): boolean {
  const { snap, mine, route } = useConsoleContext();
  const saidInTheMiddle = mine.length === 0 && route.view === 'inbox';
  return !!snap.self && snap.routingStatus !== 'accepting' && !saidInTheMiddle;
}

/** What is the case for a while, the worst of it, in one calm line over the columns: nothing under it moves. */
export function Standing() {
  const trouble = useLasting(useTrouble());
  const away = useAway();
  return (
    <div class="float-place" role="status">
      {trouble ? <TroubleNote words={trouble} /> : away && <AwayNote />}
    </div>
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
