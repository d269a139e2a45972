import type { ComponentChildren } from 'preact';
import { arrowLeft, Icon } from '../../ui/icon';
import { useConsoleContext } from '../hooks/context';
import { t } from '../strings/index';
import { IconButton } from './tip';

interface BoardProps {
  title: string;
  /** One line of what this is. */
  lead: string;
  children: ComponentChildren;
}

/** Tables in the middle column, under a head. */
export function Board({ title, lead, children }: BoardProps) {
  const { act } = useConsoleContext();
  return (
    <main class="board" id="conversation" tabIndex={-1} aria-labelledby="board-title">
      <header class="head">
        <IconButton class="only-phone" label={t.back} action="leave" align="start" onClick={() => act('leave')}>
          <Icon path={arrowLeft} flip />
        </IconButton>
        <div class="head-words">
          <h1 class="head-name" id="board-title">{title}</h1>
          <p class="head-where cut">{lead}</p>
        </div>
      </header>
      <div class="board-scroll">{children}</div>
    </main>
  );
}

/** Where there would be tables. */
export function BoardEmpty({ icon, children }: { icon: string; children: ComponentChildren }) {
  return (
    <div class="empty-words board-empty">
      <Icon path={icon} size={24} />
      {children}
    </div>
  );
}
