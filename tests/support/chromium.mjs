/** Chromium for tests: a fresh profile each, nothing that reaches beyond loopback. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts Chromium: the one that `EDGEWARD_CHROMIUM` names, otherwise Debian's.
 *
 * @param {import("playwright-core").BrowserContextOptions} [options] such as the viewport
 * @returns {Promise<{ newPage(): Promise<import("playwright-core").Page>, context: import("playwright-core").BrowserContext, close(): Promise<void> }>}
 */
export async function launchChromium(options = {}) {
  const profile = await mkdtemp(join(tmpdir(), "edgeward-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.EDGEWARD_CHROMIUM || "/usr/bin/chromium",
    args: FLAGS,
    ...options,
  });
  return {
    context,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
