// A shopper on a page that embeds the widget, and what they do there. Found as a person finds it: by role, label and text.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Person } from './browser';
import { until } from './until';

/** Taps where there is a finger, clicks where there is a mouse. */
export function press(target: Locator, { screen }: Person): Promise<void> {
  return screen === 'phone' ? target.tap() : target.click();
}

export class Shopper {
  readonly launcher: Locator;
  readonly panel: Locator;
  readonly field: Locator;
  readonly messages: Locator;

  constructor(readonly page: Page, readonly person: Person) {
    this.launcher = page.getByRole('button', { name: /^(Open|Close) chat/, includeHidden: true }).and(page.locator('[aria-haspopup]'));
    this.panel = page.getByRole('dialog', { name: 'Chat' });
    this.field = this.panel.getByRole('textbox', { name: 'Your message' });
    this.messages = this.panel.getByRole('log', { name: 'Messages' });
  }

  static async visit(person: Person, url: string): Promise<Shopper> {
    const page = await person.context.newPage();
    await page.goto(url);
    return new Shopper(page, person);
  }

  button(name: string | RegExp): Locator {
    return this.panel.getByRole('button', { name });
  }

  async open(): Promise<void> {
    await press(this.launcher, this.person);
    await this.field.waitFor();
  }

  /** Presses Enter, as on any keyboard. */
  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  /** In the order on the screen, the oldest first. */
  async texts(): Promise<string[]> {
    return this.messages.locator('.bubble:not(.typing)').allInnerTexts();
  }

  sees(text: string | RegExp): Promise<void> {
    return this.panel.getByText(text).last().waitFor();
  }

  async readsAll(expected: readonly string[]): Promise<void> {
    await until(async () => assert.deepEqual(await this.texts(), expected));
  }

  /** Through the page's own interface, as a store does that knows its customer. */
  async isKnownAs(name: string, email?: string): Promise<void> {
    await this.launcher.waitFor();
    await this.page.evaluate((who) => window.shopbell?.('update', who), { name, email });
  }
}
