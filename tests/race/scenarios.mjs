/** What may happen to tabs that share a session, each with the bar that a client must reach. */
import assert from "node:assert/strict";
import * as faults from "./provider/faults.mjs";
import { REPLAY, STRICT } from "./provider/families.mjs";
import { line, prepare } from "./race.mjs";

/** No caller is kept longer than this, whatever happens. */
export const DEADLINE = 10_000;
/** Over all tabs, an outage may cost so many requests in ten seconds. */
const OUTAGE_REQUESTS = 3;
/** A busy machine's share of a wait that the client cannot help. */
const SLACK = 2_500;
const HOURS = 3_600_000;

/**
 * @typedef {object} Setting
 * @property {{ after(stop: () => unknown): void }} end
 * @property {(count: number) => Promise<object[]>} openTabs
 * @property {import("./race.mjs").Client} client
 * @property {number} tabs
 * @property {(text: string) => void} tell
 */

/** All want a token at once, and then once more. */
export async function plain({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  const result = await race.result(await race.ask());
  tell(line(result));
  served(result, 1);
  assert.ok(result.longest <= race.provider.latency + SLACK, `${result.longest} ms`);
  served(await race.result(await race.ask()), 1);
}

/** All insist on another token at once: as many as they like, but never two requests with one refresh token. */
export async function forced({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  await race.ask();
  const result = await race.result(await race.ask({ force: true }));
  tell(line(result));
  assert.equal(result.perGeneration, 1);
  whole(result);
}

/** An answer other than tokens, for the whole time: told in time, asked about seldom, and survived. */
export async function outage(setting, fault) {
  const { end, openTabs, client, tabs, tell } = setting;
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  race.provider.fail(fault);
  const begun = performance.now();
  const outcomes = await race.ask();
  await until(() => performance.now() - begun > DEADLINE, DEADLINE + SLACK);
  const result = await race.result(outcomes);
  tell(line(result));
  assert.equal(result.ok, 0);
  // The fourth is sent ten seconds after the first, which was sent after the beginning.
  const soon = race.provider.refreshes.filter(({ at }) => at - begun < DEADLINE);
  assert.ok(soon.length <= OUTAGE_REQUESTS, `${soon.length} requests in ten seconds`);
  assert.ok(result.longest <= DEADLINE + SLACK, `${result.longest} ms`);
  for (const { code, retryable, sessionEnded } of outcomes) assert.deepEqual([code, retryable, sessionEnded], [code, true, false]);
  await recovered(race, tell);
}

/** The same, but only until somebody has asked once: whoever waits for a token gets one. */
export async function hiccup({ end, openTabs, client, tabs, tell }, fault) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  race.provider.fail(fault, 1);
  await race.ask();
  await recovered(race, tell);
}

/** The server has made the next token, and nobody hears of it; it gives the same one again. */
export async function lostReply({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: REPLAY });
  race.provider.fail(faults.lost(), 1);
  await race.ask();
  const result = await recovered(race, tell);
  assert.equal(result.perGeneration, 2);
}

/** The same with a server that forgives nothing: the session is over, and everybody is told so. */
export async function lostForGood({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  race.provider.fail(faults.lost(), 1);
  await race.ask();
  const outcomes = await eventually(race, (all) => all.every(({ sessionEnded }) => sessionEnded));
  const result = await race.result(outcomes);
  tell(line(result));
  assert.equal(result.stored, "none");
  assert.equal(result.requests, 2);
}

/** One tab signs out while another one refreshes: nobody is signed in afterwards, here or at the server. */
export async function signOut({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  race.provider.fail(faults.slow({ before: 600, after: 600 }), 1);
  const asking = race.ask();
  await race.provider.asked(1);
  await race.pages.at(-1).evaluate(() => globalThis.client.signOut());
  tell(line(await race.result(await asking)));
  const outcomes = await race.ask();
  const result = await race.result(outcomes);
  assert.deepEqual([result.ok, result.stored, result.requests], [0, "none", 1]);
  for (const { sessionEnded } of outcomes) assert.equal(sessionEnded, true);
  await until(() => !race.provider.families.all.at(-1).alive, DEADLINE);
}

/** Somebody else signs in while a tab refreshes: the newcomer stays, and no tab has both. */
export async function accountSwitch({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  const { provider } = race;
  provider.fail(faults.slow({ before: 1_000, after: 1_000 }), 1);
  const page = race.pages.at(-1);
  const others = race.pages.slice(0, -1);
  const asking = race.ask({ pages: others });
  await provider.asked(1);
  provider.subject = "bob";
  await race.signIn(page, 3600);
  await race.load(page);
  tell(line(await race.result(await asking, { by: page })));
  const result = await race.result(await race.ask());
  assert.deepEqual(result.subjects, ["bob"]);
  whole(result);
  assert.equal(provider.families.find(await page.evaluate(() => globalThis.client.storedRefreshToken())).family.subject, "bob");
}

/** The tab whose request is under way is closed before the server has looked at it, or after. */
export async function closed({ end, openTabs, client, tabs, tell }, when) {
  const race = await prepare(end, openTabs, client, { tabs, policy: when === "before" ? STRICT : REPLAY });
  const sender = race.watch();
  race.provider.fail(faults.slow({ [when]: 60_000 }), 1);
  const asking = race.ask();
  await race.provider.asked(1);
  await until(sender, DEADLINE);
  const gone = sender();
  if (when === "after") await until(() => race.provider.refreshes[0].outcome === "rotated", DEADLINE);
  const left = race.pages.filter((page) => page !== gone);
  await gone.close();
  const outcomes = (await asking).filter((_, at) => race.pages[at] !== gone);
  const result = await race.result(outcomes, { by: left[0] });
  tell(line(result));
  whole(result);
  assert.equal(result.requests, 2);
}

/** The server holds the first request for ever: the others must not wait for the tab that waits for it. */
export async function hanging({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  race.provider.fail(faults.slow({ before: 120_000 }), 1);
  const outcomes = await race.ask();
  const result = await race.result(outcomes);
  tell(line(result));
  assert.ok(result.longest <= DEADLINE + SLACK, `${result.longest} ms`);
  const healed = await recovered(race, tell);
  assert.ok(healed.requests <= OUTAGE_REQUESTS, `${healed.requests} requests`);
}

/** The laptop slept for two hours: the wall clock tells it, the monotonic one may not. */
export async function slept({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  served(await race.result(await race.ask()), 1);
  await race.everywhere((page) => page.evaluate((millis) => globalThis.moveWallClock(millis), 2 * HOURS));
  await race.everywhere(freezeAndThaw);
  const result = await race.result(await race.ask());
  tell(line(result));
  served(result, 2);
}

/** The user sets the clock back: a token that is fresh stays fresh, and one that has ended is not revived. */
export async function clockSetBack({ end, openTabs, client, tabs, tell }) {
  const race = await prepare(end, openTabs, client, { tabs, policy: STRICT });
  await race.everywhere((page) => page.evaluate((millis) => globalThis.moveWallClock(millis), -2 * HOURS));
  const result = await race.result(await race.ask());
  tell(line(result));
  served(result, 1);
  served(await race.result(await race.ask()), 1);
}

/** Every tab has a token, for so many requests in all, and the session lives. */
function served(result, requests) {
  whole(result);
  assert.equal(result.requests, requests);
}

function whole({ ok, tabs, alive, stored, codes }) {
  assert.deepEqual({ ok, alive, stored, codes }, { ok: tabs, alive: true, stored: "current", codes: [] });
}

/** Asks until every tab has a token from the server that is well again. */
async function recovered(race, tell) {
  race.provider.heal();
  const result = await race.result(await eventually(race, (outcomes) => outcomes.every(({ ok }) => ok)));
  tell(`then ${line(result)}`);
  whole(result);
  return result;
}

async function eventually(race, done) {
  const limit = performance.now() + 3 * DEADLINE;
  let outcomes;
  do outcomes = await race.ask();
  while (!done(outcomes) && performance.now() < limit);
  return outcomes;
}

/** Polls for what no event tells. */
async function until(done, limit) {
  const end = performance.now() + limit;
  while (!done()) {
    assert.ok(performance.now() < end, "not in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** As a browser does to the tabs of a machine that sleeps. */
async function freezeAndThaw(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await session.detach();
}
