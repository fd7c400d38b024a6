/** `@supabase/auth-js`: its storage is filled as its own sign-in does. */
import { gotrueSession } from "../../tests/race/provider/gotrue.mjs";

export default {
  name: "@supabase/auth-js",
  page: new URL("./supabase.page.mjs", import.meta.url),
  clientId: "supabase",
  async seed(page, { make }) {
    const session = JSON.stringify(gotrueSession(await make()));
    await page.evaluate((value) => localStorage.setItem("race", value), session);
  },
};
