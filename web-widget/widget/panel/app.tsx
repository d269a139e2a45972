import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Composer } from './composer';
import { SurroundingsContext, useSnapshot, type Surroundings } from './context';
import { Conversation } from './conversation';
import { Dock } from './dock';
import { Header } from './header';
import { Home } from './home';
import { Strip } from './strip';
import { hasKeyboard } from './viewport';

type View = 'home' | 'conversation';

interface AppProps {
  surroundings: Surroundings;
  isOpen: boolean;
  /** Grows by one each time the text box is to have the focus. */
  focusRequest: number;
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const renew = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', renew);
    return () => document.removeEventListener('visibilitychange', renew);
  }, []);
  return visible;
}

export function App({ surroundings, isOpen, focusRequest }: AppProps) {
  const { client, t } = surroundings;
  const snapshot = useSnapshot(client);
  const [chosen, choose] = useState<View>();
  const hasTalk = snapshot.timeline.length > 0 || snapshot.conversation !== null;
  const view = chosen ?? (hasTalk ? 'conversation' : 'home');
  const input = useRef<HTMLTextAreaElement>(null);
  const visible = useVisible();

  useEffect(() => {
    if (focusRequest > 0) input.current?.focus({ preventScroll: true });
  }, [focusRequest]);

  const onSeen = useCallback(
    (atEnd: boolean) => {
      if (atEnd && isOpen && visible) client.seen();
    },
    [client, isOpen, visible],
  );

  const focusInput = useCallback(() => {
    if (hasKeyboard()) input.current?.focus({ preventScroll: true });
  }, []);

  const isOver = snapshot.conversation?.state === 'closed';
  return (
    <SurroundingsContext.Provider value={surroundings}>
      {view === 'home' ? (
        <Home snapshot={snapshot} onOpen={() => choose('conversation')} />
      ) : (
        <>
          <Header snapshot={snapshot} onBack={() => choose('home')} />
          <Conversation snapshot={snapshot} onSeen={onSeen} />
        </>
      )}
      <div class="foot">
        {view === 'conversation' && <Dock snapshot={snapshot} onAnswered={focusInput} />}
        <Strip snapshot={snapshot} />
        <Composer
          placeholder={isOver ? t.writeNew : hasTalk ? t.write : t.writeFirst}
          disabled={snapshot.refused !== null}
          input={input}
          onSend={() => choose('conversation')}
        />
      </div>
    </SurroundingsContext.Provider>
  );
}
