/** Tabs of one site that want a token at the same moment, and what became of them and of the session. */
import { importJWK, jwtVerify } from "jose";
import { launchChromium } from "../support/chromium.mjs";
import { startFaultProvider } from "./provider/provider.mjs";
import { startSite } from "./site.mjs";

/** Time for every tab to hear of the start before it. */
const LEAD_MILLIS = 200;
const LEAD_MILLIS_PER_TAB = 25;
/** How long a tab may take before it counts as hanging: no client's answer is worth more waiting. */
const HANGING_MILLIS = 45_000;

/**
 * @typedef {object} Client a client to race
 * @property {string} name
 * @property {URL} page its half that runs in pages: `init(options)`, `token(force)` which gives a token or throws,
 *   `storedRefreshToken()`, `signOut()`
 * @property {string} clientId
 * @property {string} [alg] what it wants its ID tokens signed with
 * @property {() => object} [options] what `init` gets besides `issuer` and `clientId`
 * @property {(page: import("playwright-core").Page, session: object, race: Race) => Promise<void>} seed signs in
 */

/** Starts a browser whose tabs are used again by race after race: a tab costs half a second and 50 MB. */
export async function startTabs(end) {
  const browser = await launchChromium();
  end.after(() => browser.close());
  const pages = [];
  return async (count) => {
    for (let at = 0; at < pages.length; at++) if (pages[at].isClosed()) pages.splice(at--, 1);
    while (pages.length < count) pages.push(await browser.newPage());
    return pages.slice(0, count);
  };
}

/**
 * Prepares a race: a provider and a site of its own, a session, and so many tabs with the client loaded.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {(count: number) => Promise<import("playwright-core").Page[]>} openTabs from `startTabs`
 * @param {Client} client
 * @param {{ tabs?: number, policy?: object, latency?: number, lifetime?: number }} [o] `lifetime` is that of the
 *   token which the session begins with, in seconds; it has ended by default
 */
export async function prepare(end, openTabs, client, { tabs = 6, policy, latency, lifetime = -60 } = {}) {
  const provider = await startFaultProvider(end, { policy, latency, alg: client.alg });
  const site = await startSite(end, client.page);
  const pages = await openTabs(tabs);
  const race = new Race(provider, site, client, pages);
  await race.seed(lifetime);
  return race;
}

export class Race {
  constructor(provider, site, client, pages) {
    Object.assign(this, { provider, site, client, pages });
  }

  /** Signs in, then loads every tab anew. */
  async seed(lifetime) {
    await this.signIn(this.pages[0], lifetime);
    await this.everywhere((page) => this.load(page));
  }

  /** Signs the provider's subject in, in one tab. */
  async signIn(page, lifetime) {
    const { client, provider, site } = this;
    await page.goto(site);
    await loaded(page);
    const make = (more) => provider.session(client.clientId, { lifetime, ...more });
    await client.seed(page, { issuer: provider.issuer, lifetime, make, options: this.#options() }, this);
  }

  /** Does something in every tab at once. */
  everywhere(work) {
    return Promise.all(this.pages.map(work));
  }

  /** Loads a tab with a client that is ready to be asked. */
  async load(page) {
    await page.goto(this.site);
    await loaded(page);
    await page.evaluate((given) => globalThis.client.init(given), this.#options());
  }

  #options() {
    const { client, provider } = this;
    return { issuer: provider.issuer, clientId: client.clientId, ...client.options?.() };
  }

  /**
   * Asks every tab for a token at the same moment.
   *
   * @param {{ force?: boolean, pages?: import("playwright-core").Page[] }} [o]
   * @returns {Promise<Outcome[]>}
   * @typedef {{ ok: boolean, token?: string, code?: string, millis: number }} Outcome
   */
  async ask({ force = false, pages = this.pages } = {}) {
    const [wall] = [await pages[0].evaluate(() => performance.timeOrigin + performance.now())];
    const start = { at: wall + LEAD_MILLIS + LEAD_MILLIS_PER_TAB * pages.length, force, limit: HANGING_MILLIS };
    return Promise.all(pages.map((page) => page.evaluate(askInPage, start).catch(() => ({ ok: false, code: "closed", millis: 0 }))));
  }

  /** The page that sent the latest refresh request: in a client with a lock, its holder. */
  watch() {
    let sender;
    for (const page of this.pages) {
      page.on("request", (request) => {
        if (request.method() === "POST" && request.url().startsWith(this.provider.issuer)) sender = page;
      });
    }
    return () => sender;
  }

  /** What the bar is measured by. */
  async result(outcomes, { by = this.pages.find((page) => !page.isClosed()) } = {}) {
    const stored = await by.evaluate(() => globalThis.client.storedRefreshToken());
    const { families } = this.provider;
    const requests = this.provider.refreshes;
    const key = await importJWK(this.provider.key.jwk, this.provider.key.alg);
    const good = await Promise.all(outcomes.map((outcome) => subjectOf(outcome, key)));
    return {
      tabs: outcomes.length,
      ok: good.filter(Boolean).length,
      subjects: [...new Set(good.filter(Boolean))],
      codes: [...new Set(outcomes.filter(({ ok }) => !ok).map(({ code }) => code))],
      requests: requests.length,
      perGeneration: Math.max(0, ...counts(requests.map(({ family, generation }) => `${family}/${generation}`))),
      alive: families.all.at(-1).alive,
      stored: stored === null || stored === undefined ? "none" : families.isCurrent(stored) ? "current" : "stale",
      longest: Math.round(Math.max(...outcomes.map(({ millis }) => millis))),
      latency: this.provider.latency,
    };
  }
}

/** One line for a person. */
export function line({ tabs, ok, requests, alive, stored, longest, latency, codes }) {
  const family = alive ? "alive" : "revoked";
  const failed = codes.length ? `; ${codes.join(", ")}` : "";
  return `${ok}/${tabs} · ${requests} · ${family} · ${stored}; longest wait ${longest} ms at ${latency} ms latency${failed}`;
}

const loaded = (page) => page.waitForFunction(() => globalThis.client !== undefined);

async function askInPage({ at, force, limit }) {
  const clock = () => performance.timeOrigin + performance.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - clock())));
  const begun = clock();
  const hanging = new Promise((_, reject) => setTimeout(reject, limit, Object.assign(new Error("hangs"), { code: "hangs" })));
  try {
    const token = await Promise.race([globalThis.client.token(force), hanging]);
    return { ok: true, token, at: clock(), millis: clock() - begun };
  } catch (error) {
    return { ok: false, code: String(error?.code ?? error?.error ?? error?.name ?? error), retryable: error?.retryable, sessionEnded: error?.sessionEnded, millis: clock() - begun };
  }
}

/** Whose token it is, if the provider signed it and it had not ended when it was handed out. */
async function subjectOf({ token, at }, key) {
  if (!token) return undefined;
  const { payload } = await jwtVerify(token, key, { currentDate: new Date(at) }).catch(() => ({ payload: {} }));
  return payload.sub;
}

function counts(names) {
  const seen = new Map();
  for (const name of names) seen.set(name, (seen.get(name) ?? 0) + 1);
  return seen.values();
}
