/** edgeward, signed in by its own public methods at the provider: its storage is its own affair. */

/** @param {"indexeddb" | "local"} storage where tabs share the session */
export function edgeward(storage) {
  return {
    name: "edgeward",
    page: new URL("./edgeward.page.mjs", import.meta.url),
    clientId: "edgeward",
    options: () => ({ storage }),
    seed: (page, { lifetime, options }, { provider, site }) => {
      // A sign-in gives no token that has ended: it lives for a second, and the race begins when that is over.
      provider.firstLifetime = Math.max(1, lifetime);
      return signIn(page, site, options, lifetime > 0 ? 0 : 1_000);
    },
  };
}

export default edgeward("indexeddb");

/** Leaves for the provider, which sends the page straight back, and completes the sign-in. */
async function signIn(page, site, options, rest) {
  await page.evaluate((given) => globalThis.client.init(given), options);
  await page.evaluate(() => void globalThis.client.signIn());
  await page.waitForURL(`${site}/?*code=*`);
  await page.waitForFunction(() => globalThis.client !== undefined);
  await page.evaluate(async ([given, rest]) => {
    await globalThis.client.init(given);
    await globalThis.client.handleCallback();
    await new Promise((resolve) => setTimeout(resolve, rest));
  }, [options, rest]);
}
