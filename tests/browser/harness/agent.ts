// An agent in the console.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Person } from './browser';
import { PASSWORD } from './server';
import { press } from './shopper';
import { until } from './until';

const LOGIN_MS = 20_000;

export class Agent {
  readonly list: Locator;
  readonly main: Locator;
  readonly field: Locator;
  readonly messages: Locator;
  readonly available: Locator;

  constructor(readonly page: Page, readonly person: Person) {
    this.list = page.getByRole('navigation', { name: 'Conversations' });
    this.main = page.getByRole('main');
    this.field = this.main.getByRole('textbox', { name: /^Message to/ });
    this.messages = this.main.getByRole('region', { name: 'Messages' });
    this.available = page.getByRole('switch', { name: 'Available' });
  }

  static async visit(person: Person, url: string): Promise<Agent> {
    const page = await person.context.newPage();
    await page.goto(`${url}/console/`);
    return new Agent(page, person);
  }

  static async loggedIn(person: Person, url: string, name: string): Promise<Agent> {
    const agent = await Agent.visit(person, url);
    await agent.logIn(name);
    return agent;
  }

  async fillLogIn(name: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel('E-mail').fill(`${name}@nordlicht.example`);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await press(this.page.getByRole('button', { name: 'Log in' }), this.person);
  }

  async logIn(name: string): Promise<void> {
    await this.fillLogIn(name);
    await this.available.waitFor({ timeout: LOGIN_MS });
  }

  /** The row of a shopper among this agent's own conversations. */
  row(shopper: string | RegExp): Locator {
    return this.list.getByRole('region', { name: /^Mine/ }).getByRole('link', { name: shopper });
  }

  async openConversation(shopper: string | RegExp): Promise<void> {
    await press(this.row(shopper), this.person);
    await this.field.waitFor();
  }

  async backToList(): Promise<void> {
    if (this.person.screen === 'phone') await press(this.page.getByRole('button', { name: 'Back', exact: true }), this.person);
  }

  async setAvailable(available: boolean): Promise<void> {
    if ((await this.available.isChecked()) !== available) await press(this.available, this.person);
    await this.page.getByRole('switch', { name: 'Available', checked: available }).waitFor();
  }

  async write(text: string): Promise<void> {
    await this.field.fill(text);
    await this.field.press('Enter');
  }

  proposeClose(): Promise<void> {
    return press(this.page.getByRole('button', { name: 'Propose to close' }), this.person);
  }

  async texts(): Promise<string[]> {
    return this.messages.locator('.bubble').allInnerTexts();
  }

  sees(text: string | RegExp): Promise<void> {
    return this.main.getByText(text).last().waitFor();
  }

  async readsAll(expected: readonly string[]): Promise<void> {
    await until(async () => assert.deepEqual(await this.texts(), expected));
  }

  /** The id of the conversation that is open, from the address. */
  conversationId(): string {
    const id = new URL(this.page.url()).hash.slice(1);
    assert.match(id, /^c_/, 'the console shows a conversation');
    return id;
  }
}
