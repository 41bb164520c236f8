// Debian's Chromium, headless, with nothing of its own on the network.
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// A browser context of its own; close() ends the browser. `popups: 'real'` keeps the popup
// blocker on.
export async function openBrowser({ popups = 'allowed', ...contextOptions } = {}) {
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    ignoreDefaultArgs: popups === 'real' ? ['--disable-popup-blocking'] : [],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
    ],
  });
  const context = await browser.newContext(contextOptions);
  context.setDefaultTimeout(30_000);
  return {
    browser,
    context,
    newPage: () => context.newPage(),
    close: () => browser.close(),
  };
}
