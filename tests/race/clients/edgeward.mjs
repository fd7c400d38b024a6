/** edgeward, signed in by its own public methods at the provider: its storage is its own affair. */
export default {
  name: "edgeward",
  page: new URL("./edgeward.page.mjs", import.meta.url),
  clientId: "edgeward",
  /** Leaves for the provider, which sends the page straight back, and completes the sign-in. */
  async seed(page, { lifetime }, race) {
    const { provider, site, client } = race;
    // A token of one second is too short to be given to anybody: it has ended when the session begins.
    provider.firstLifetime = Math.max(1, lifetime);
    const options = { issuer: provider.issuer, clientId: client.clientId };
    await page.evaluate((given) => globalThis.client.init(given), options);
    await page.evaluate(() => void globalThis.client.signIn());
    await page.waitForURL(`${site}/?*code=*`);
    await page.waitForFunction(() => globalThis.client !== undefined);
    await page.evaluate(async (given) => {
      globalThis.client.init(given);
      await globalThis.client.handleCallback();
    }, options);
  },
};
