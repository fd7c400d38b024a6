/**
 * A client as it is written in an afternoon: no lock, no second look at the storage, and every
 * failure ends the session. The harness must be seen to fail it.
 */
export default {
  name: "naive",
  page: new URL("./naive.page.mjs", import.meta.url),
  clientId: "naive",
  async seed(page, { make }) {
    const session = await make();
    await page.evaluate((value) => localStorage.setItem("naive", JSON.stringify(value)), { refresh_token: session.refresh_token });
  },
};
