// Nothing may go wrong unseen: every error or warning in a page's console, every exception, every violation of a policy
// and every request that failed or was refused is kept, and fails the test that it happened in.
import type { BrowserContext, Page } from 'playwright-core';

/** What the browser itself writes, whatever a page does, when a server is not there. */
const UNREACHABLE = [/WebSocket connection to '.*' failed/, /net::ERR_CONNECTION_(REFUSED|RESET)/, /net::ERR_EMPTY_RESPONSE/];

export class Watch {
  readonly problems: string[] = [];
  private allowed: RegExp[] = [];

  constructor(context: BrowserContext, private readonly who: string) {
    context.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) {
        this.note(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => this.note(`exception: ${error.error().stack ?? error.error().message}`));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // A navigation stops what the page before it was still loading.
      if (why !== 'net::ERR_ABORTED') this.note(`failed: ${request.method()} ${request.url()}: ${why}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) this.note(`${response.status()}: ${response.url()}`);
    });
    context.on('page', (page) => this.watchPage(page));
  }

  private watchPage(page: Page): void {
    page.on('crash', () => this.note('the page crashed'));
    page.on('dialog', (dialog) => {
      this.note(`dialog: ${dialog.type()} ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  private note(problem: string): void {
    if (!this.allowed.some((one) => one.test(problem))) this.problems.push(`${this.who}: ${problem}`);
  }

  /** From now on these are expected, until the returned function is called. */
  allow(...patterns: RegExp[]): () => void {
    this.allowed.push(...patterns);
    return () => {
      this.allowed = this.allowed.filter((one) => !patterns.includes(one));
    };
  }

  /** While the server is away on purpose. */
  allowUnreachable(): () => void {
    return this.allow(...UNREACHABLE);
  }

  /** What has gone wrong since it was asked last. */
  take(): string[] {
    return this.problems.splice(0);
  }
}
