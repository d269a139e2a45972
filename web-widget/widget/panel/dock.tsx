import { useEffect, useState } from 'preact/hooks';
import type { RequestError, ShopperSnapshot } from '../../client/types';
import * as icons from '../../ui/icon';
import { Icon } from '../../ui/icon';
import { firstName, useSurroundings } from './context';
import { Faces } from './faces';
import { waitingWords, type Waiting } from './words';

interface DockProps {
  snapshot: ShopperSnapshot;
  /** The buttons go away, and the focus with them. */
  onAnswered(): void;
}

function WaitingDock({ snapshot, words }: { snapshot: ShopperSnapshot; words: Waiting }) {
  return (
    <div class="dock dock-waiting" role="status">
      {snapshot.team && <Faces agents={snapshot.team.agents} size={28} />}
      <p class="dock-words">
        <b key={words.title}>{words.title}</b>
        <span>{words.hint}</span>
      </p>
    </div>
  );
}

function ProposalDock({ snapshot, onAnswered }: DockProps) {
  const { client, t } = useSurroundings();
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const name = firstName(snapshot.agent, t.someone);

  async function answer(ask: () => Promise<RequestError | undefined>) {
    setBusy(true);
    const error = await ask();
    setBusy(false);
    // Someone else was faster, in another tab: the state that comes says the same.
    const isRefused = error !== undefined && error.type !== 'wrong_state' && error.type !== 'conversation_closed';
    setFailed(isRefused);
    if (!isRefused) onAnswered();
  }

  useEffect(() => setFailed(false), [snapshot.conversation?.state]);
  return (
    <div class="dock dock-proposal" role="group" aria-labelledby="proposal">
      <p class="dock-words">
        <b id="proposal">{t.isSolved(name)}</b>
        {failed && (
          <span class="dock-failed" role="alert">
            {t.notDone}
          </span>
        )}
      </p>
      <div class="dock-buttons">
        <button type="button" class="button button-main" disabled={isBusy} onClick={() => answer(client.confirmClose)}>
          <Icon path={icons.check} size={16} />
          {t.solved}
        </button>
        <button type="button" class="button" disabled={isBusy} onClick={() => answer(client.disputeClose)}>
          {t.notYet}
        </button>
      </div>
    </div>
  );
}

/** What the conversation asks of the person, or tells them, right above where they write. */
export function Dock({ snapshot, onAnswered }: DockProps) {
  const { t } = useSurroundings();
  const waiting = waitingWords(snapshot, t);
  if (waiting) return <WaitingDock snapshot={snapshot} words={waiting} />;
  if (snapshot.conversation?.state === 'closing') return <ProposalDock snapshot={snapshot} onAnswered={onAnswered} />;
  return null;
}
