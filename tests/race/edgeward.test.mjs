/** edgeward's tabs: every one gets a token, one request for each refresh token, and no outage ends a session. */
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import client, { edgeward } from "./clients/edgeward.mjs";
import * as faults from "./provider/faults.mjs";
import { startTabs } from "./race.mjs";
import * as scenarios from "./scenarios.mjs";

const ALL = [2, 6, 20];
const SOME = [6];

const SCENARIOS = [
  ["that want a token at once make one request", ALL, scenarios.plain],
  ["that insist on another one never use a refresh token twice", ALL, scenarios.forced],
  ["outlive a server that is down", ALL, (setting) => scenarios.outage(setting, faults.unavailable())],
  ["outlive connections that are reset", ALL, (setting) => scenarios.outage(setting, faults.reset())],
  ["outlive a server that has enough of them", SOME, (setting) => scenarios.outage(setting, faults.limited({ retryAfter: 12 }))],
  ["outlive a portal's page with 200", SOME, (setting) => scenarios.hiccup(setting, faults.captivePortal())],
  ["outlive a portal's redirect", SOME, (setting) => scenarios.hiccup(setting, faults.redirected())],
  ["outlive an answer of the wrong type", SOME, (setting) => scenarios.hiccup(setting, faults.wrongType())],
  ["outlive an answer that breaks off", SOME, (setting) => scenarios.hiccup(setting, faults.truncated())],
  ["get over a lost reply where the server repeats it", ALL, scenarios.lostReply],
  ["are all told that a session is over", SOME, scenarios.lostForGood],
  ["stay signed out when one signs out in mid-refresh", ALL, scenarios.signOut],
  ["follow a switch of accounts in mid-refresh", ALL, scenarios.accountSwitch],
  ["outlive the one that refreshed, closed before the server acted", ALL, (setting) => scenarios.closed(setting, "before")],
  ["outlive the one that refreshed, closed before it heard", SOME, (setting) => scenarios.closed(setting, "after")],
  ["do not wait for one that hangs", SOME, scenarios.hanging],
  ["notice that the laptop slept", ALL, scenarios.slept],
  ["are not misled by a clock that is set back", SOME, scenarios.clockSetBack],
];

for (const tabs of ALL) {
  describe(`${tabs} tabs`, () => {
    const end = atEnd();
    let openTabs;
    before(async () => {
      openTabs = await startTabs(end);
    });

    for (const [name, , run] of SCENARIOS.filter(([, sizes]) => sizes.includes(tabs))) {
      test(name, (t) => run({ end, openTabs, client, tabs, tell: (text) => t.diagnostic(text) }));
    }
  });
}

describe("6 tabs over localStorage", () => {
  const end = atEnd();
  const tell = (t) => (text) => t.diagnostic(text);
  let openTabs;
  before(async () => {
    openTabs = await startTabs(end);
  });

  for (const [name, run] of [
    ["make one request", scenarios.plain],
    ["never use a refresh token twice", scenarios.forced],
    ["stay signed out", scenarios.signOut],
    ["follow a switch of accounts", scenarios.accountSwitch],
  ]) {
    test(name, (t) => run({ end, openTabs, client: edgeward("local"), tabs: 6, tell: tell(t) }));
  }
});
