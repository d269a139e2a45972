// Pictures of every state, for people to look at: build/screenshots/STATE-SCREEN-SCHEME.png
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';

const DIR = 'build/screenshots';
const PHONE_MAX_PX = 480;

/** Takes the page as it is now, in light and in dark. */
export async function shoot(page: Page, state: string, schemes: readonly ('light' | 'dark')[] = ['light', 'dark']): Promise<void> {
  mkdirSync(DIR, { recursive: true });
  const { width } = page.viewportSize()!;
  const screen = width <= PHONE_MAX_PX ? 'phone' : width >= 1440 ? 'desktop' : String(width);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${DIR}/${state}-${screen}-${colorScheme}.png`, animations: 'disabled', caret: 'initial' });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
