// One Chromium for a test file, and in it one context a person: nothing is shared between people but the server.
import assert from 'node:assert/strict';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { PATIENCE_MS } from './until';
import { Watch } from './watch';

export type Screen = 'phone' | 'desktop';

const SCREENS: Record<Screen, BrowserContextOptions> = {
  phone: { viewport: { width: 375, height: 812 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1440, height: 900 } },
};

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Says what a policy forbade, also where the browser itself would keep quiet about it. */
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violated: ' + event.effectiveDirective + ' ' + event.blockedURI))`;

export interface Person {
  context: BrowserContext;
  watch: Watch;
  screen: Screen;
}

export class Browsing {
  private people: Person[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<Browsing> {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    return new Browsing(await chromium.launch({ executablePath, args: FLAGS, timeout: 30_000 }));
  }

  async person(who: string, screen: Screen = 'desktop', options: BrowserContextOptions = {}): Promise<Person> {
    const context = await this.browser.newContext({ locale: 'en-GB', ...SCREENS[screen], ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = { context, watch: new Watch(context, who), screen };
    await context.addInitScript(REPORT_VIOLATIONS);
    this.people.push(person);
    return person;
  }

  /** Leaves the shop, for good. */
  async dismiss(...gone: Person[]): Promise<void> {
    await Promise.all(gone.map(({ context }) => context.close()));
  }

  async dismissAll(): Promise<void> {
    await this.dismiss(...this.people);
  }

  /** What everybody saw when a test failed. */
  async keepPictures(name: string): Promise<void> {
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60);
    const pages = this.people.flatMap(({ context }) => context.pages());
    await Promise.allSettled(
      pages.map((page, i) => page.screenshot({ path: `build/screenshots/failed/${slug}-${i}.png`, timeout: 5000 })),
    );
  }

  tellProblems(): void {
    for (const problem of this.people.flatMap(({ watch }) => watch.take())) console.log(problem);
  }

  /** The server is about to go away: what a browser says about that is expected until the returned function is called. */
  expectUnreachable(): () => void {
    const ends = this.people.map(({ watch }) => watch.allowUnreachable());
    return () => ends.forEach((end) => end());
  }

  /** To be called after each test. */
  assertClean(): void {
    const all = this.people.flatMap(({ watch }) => watch.take());
    this.people = [];
    assert.deepEqual(all, [], 'errors and warnings on the pages');
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
