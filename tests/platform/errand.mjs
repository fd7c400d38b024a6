/** Runs a platform's effects wherever it is loaded, and says what came out. Names no test, no file and no Node. */
import { Driver } from "../../pkg/src/platform/driver.js";
import { Platform } from "../../pkg/src/platform/index.js";
import { keyEffects } from "../../pkg/src/platform/keys.js";

export async function errand(origin) {
  const told = [];
  const platform = new Platform({}, { onNotice: (notice) => told.push(notice), onWarning: ({ type }) => told.push(type) }, keyEffects);
  const signal = new AbortController().signal;
  const perform = (kind, members) => platform.perform({ kind, ...members }, signal).then((ok) => ok ?? null, (error) => error.code ?? String(error));
  const fetching = (path) => perform("fetch", { request: { method: "GET", url: origin + path, headers: [] }, deadline: 2_000, limit: 100 });
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const signing = { name: "ECDSA", hash: "SHA-256" };
  const { kept, ...key } = await perform("makeKey", { name: "dpop", algorithm });
  const signature = await perform("sign", { name: "dpop", algorithm: signing, data: "a" });
  const core = { handle: (text) => JSON.stringify(JSON.parse(text).type === "call" ? { effects: [{ effect: 1, kind: "sleep", millis: 1, hold: true }] } : { settled: [{ call: 1, ok: "slept" }] }) };
  const answers = {
    fetched: (await fetching("/text")).body,
    redirected: await fetching("/redirect"),
    large: await fetching("/large"),
    swapped: await perform("swap", { area: "session", key: "s", expected: null, next: "1" }),
    read: await perform("read", { area: "session", key: "s" }),
    keys: await perform("keys", { area: "transactions", prefix: "t:" }),
    locked: await perform("lock", { name: "l", deadline: 1_000 }),
    again: await perform("lock", { name: "l", deadline: 20 }),
    unlocked: await perform("unlock", { name: "l" }),
    announced: await perform("announce", { text: "1" }),
    digest: await perform("digest", { hash: "SHA-256", data: "" }),
    random: (await perform("random", { bytes: 16 })).length,
    kept,
    verified: await perform("verify", { key, algorithm: { ...algorithm, ...signing }, data: "a", signature }),
    location: await perform("location"),
    navigated: await perform("navigate", { url: "https://a.example" }),
    popup: await perform("popup", { url: "https://a.example", name: "s", deadline: 20 }),
    driven: await new Driver(core, platform).call("x"),
    told,
  };
  platform.dispose();
  return answers;
}
