// What every test file begins with: one server and one browser for the file, and stories that fail when anything at all
// went wrong on a page.
import { after, before, test } from 'node:test';
import { type BrowserContextOptions } from 'playwright-core';
import { Agent } from './agent';
import { Browsing, type Person, type Screen } from './browser';
import { Server, type ServerOptions } from './server';
import { Shopper } from './shopper';

const STORY_MS = 60_000;

interface ShopperOptions {
  path?: string;
  screen?: Screen;
  known?: boolean;
  browser?: BrowserContextOptions;
}

export class Stage {
  server!: Server;
  browsing!: Browsing;

  /** Everything after the name is the story's own; who is still there at its end leaves. */
  story(name: string, tell: () => Promise<void>): void {
    test(name, { timeout: STORY_MS }, async () => {
      try {
        await tell();
      } catch (error) {
        await this.browsing.keepPictures(name);
        this.browsing.tellProblems();
        throw error;
      } finally {
        await this.browsing.dismissAll();
      }
      this.browsing.assertClean();
    });
  }

  /** Nobody knows their name, unless the store says it. */
  async shopper(who: string, options: ShopperOptions = {}): Promise<Shopper> {
    const person = await this.browsing.person(who, options.screen, options.browser);
    const shopper = await Shopper.visit(person, this.server.url + (options.path ?? '/products/fjell-daypack'));
    if (options.known) await shopper.isKnownAs(who, `${who.split(' ')[0]!.toLowerCase()}@post.example`);
    return shopper;
  }

  async agent(name: string, screen?: Screen): Promise<Agent> {
    return Agent.loggedIn(await this.browsing.person(name, screen), this.server.url, name);
  }

  person(who: string, screen?: Screen): Promise<Person> {
    return this.browsing.person(who, screen);
  }

  /** Does something while the server goes away: the browsers' own words about that are expected meanwhile. */
  async whileAway(work: () => Promise<void>): Promise<void> {
    const end = this.browsing.expectUnreachable();
    try {
      await work();
    } finally {
      end();
    }
  }
}

export function setStage(options: ServerOptions | (() => Promise<ServerOptions>) = {}): Stage {
  const stage = new Stage();
  before(async () => {
    const given = typeof options === 'function' ? await options() : options;
    [stage.server, stage.browsing] = await Promise.all([Server.start(given), Browsing.start()]);
  });
  after(async () => {
    await stage.browsing?.close();
    await stage.server?.close();
  });
  return stage;
}
