// Opens pages in a real browser, Debian's Chromium; tests that need it are skipped without it, but never in CI.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

const program = '/usr/bin/chromium';

/** Whether Chromium is installed; where it is not, the reason is printed once a file. */
export const hasChromium: boolean = existsSync(program);

if (!hasChromium) {
  const why = `${program} is not there (apt-get install chromium)`;
  if (process.env.CI === 'true') throw new Error(`tests in a real browser cannot run: ${why}`);
  console.warn(`skipped: tests in a real browser, because ${why}`);
}

/** Like `openChromium`, but the caller closes it. @param flags further ones of Chromium's command line. */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    chromiumSandbox: false, // there is none for root
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A page is open for seconds: compiling ONNX Runtime a second time, better, takes longer than it saves.
      '--js-flags=--liftoff-only',
      ...flags,
    ],
  });
}

/** @returns a browser with an empty profile that loads nothing but the page it is sent to; closed after the test. */
export async function openChromium(flags?: readonly string[]): Promise<Browser> {
  const browser = await launchChromium(flags);
  onTestFinished(() => browser.close());
  return browser;
}
