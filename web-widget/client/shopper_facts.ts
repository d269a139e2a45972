// What the shopper's side says of itself: the page, and who they are. Said when there is a connection; kept until then.
import type { Page, ShopperProfile } from '@proto';
import type { Connection } from './connection';
import type { AskServer } from './history';
import type { Keep } from './storage';
import { keepSame, same } from './store';
import { clean, clip } from './text';
import type { RequestError } from './types';

const URL_MAX = 2000;
const TITLE_MAX = 300;
const NAME_MAX = 100;
const EMAIL_MAX = 254;

type Who = { name?: string; email?: string };

export interface Facts {
  page(): Page | undefined;
  /** For a login, which tells it. */
  pageForLogin(): Page | undefined;
  setPage(page: Page): void;
  profile(): ShopperProfile | null;
  setProfile(profile: ShopperProfile | null): void;
  /** The profile with what was said and not confirmed yet. */
  shown(): ShopperProfile | null;
  say(who: Who): Promise<RequestError | undefined>;
  /** Logged in: says what is still to be said. */
  catchUp(): void;
}

export function createFacts(keep: Keep, link: { connection: Connection; ask: AskServer; changed(): void }): Facts {
  let page: Page | undefined;
  let toldPage: Page | undefined;
  let profile: ShopperProfile | null = null;
  let who = keep.get<Who>('who');
  let shown: ShopperProfile | undefined;

  function tellPage(): void {
    if (!page || page === toldPage || !link.connection.ready()) return;
    toldPage = page;
    link.connection.call('update_page', { page }, () => {});
  }

  function setWho(next: Who | undefined): void {
    who = next;
    if (next) keep.set('who', next);
    else keep.remove('who');
    link.changed();
  }

  async function tellWho(): Promise<RequestError | undefined> {
    if (!who || !link.connection.ready()) return undefined;
    const said = who;
    // A store may say it on every page.
    if (same({ ...profile, ...said }, profile ?? {})) return setWho(undefined) as undefined;
    const { error, answer } = await link.ask('update_shopper', said);
    if (error?.retryable) return undefined;
    if (!error) profile = answer.shopper;
    if (who === said) setWho(undefined);
    return error;
  }

  return {
    page: () => page,
    pageForLogin: () => (toldPage = page),
    setPage({ url, title }) {
      const cleaned = clip(clean(title ?? ''), TITLE_MAX);
      if (url) page = keepSame(page, { url: clip(clean(url), URL_MAX), ...(cleaned && { title: cleaned }) });
      tellPage();
    },
    profile: () => profile,
    setProfile(next) {
      profile = next;
    },
    shown() {
      shown = profile ? keepSame(shown, { ...profile, ...who }) : undefined;
      return shown ?? null;
    },
    say({ name, email }) {
      const cleaned = { name: clip(clean(name ?? ''), NAME_MAX), email: clip(clean(email ?? ''), EMAIL_MAX) };
      setWho({ ...who, ...(cleaned.name && { name: cleaned.name }), ...(cleaned.email && { email: cleaned.email }) });
      return tellWho();
    },
    catchUp() {
      tellPage();
      void tellWho();
    },
  };
}
