/** The package in Chromium: in a page, in workers, under a policy, and without storage. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { atEnd } from "../support/at-end.mjs";
import { launchChromium } from "../support/chromium.mjs";
import { startIssuer, startSite } from "./site.mjs";

const STRICT = "default-src 'self'; script-src 'self' 'unsafe-inline'; connect-src *";

/** A worker that verifies what it is sent. */
const WORKER = `
import { createVerifier } from "/verify/inline.js";
const answer = async ({ data, ports: [port] }) => {
  const result = await createVerifier(data.options).verify(data.token);
  port.postMessage(result.ok ? result.data.subject : result.error.code);
};
self.addEventListener("message", answer);
`;

describe("in Chromium", () => {
  const end = atEnd();
  let browser;
  let site;
  let issuer;
  before(async () => {
    issuer = await startIssuer(end);
    site = await startSite(end, {
      "/": {},
      "/strict": { headers: { "content-security-policy": STRICT } },
      "/allowed": { headers: { "content-security-policy": STRICT.replace("'unsafe-inline'", "'unsafe-inline' 'wasm-unsafe-eval'") } },
      "/worker.js": { body: WORKER },
    });
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  async function open(path = "/") {
    const page = await browser.newPage();
    await page.goto(site + path);
    return page;
  }

  test("a page imports it and verifies, with keys fetched and with keys given", async () => {
    const page = await open();
    const answers = await page.evaluate(async ({ token, tampered, options, jwks }) => {
      const { createVerifier } = await import("edgeward/verify");
      const plain = (result) => (result.ok ? result.data.subject : result.error.code);
      const fetching = createVerifier(options);
      const given = createVerifier({ ...options, jwks });
      await given.ready();
      return [
        plain(given.verifySync(token)),
        plain(given.verifySync(tampered)),
        plain(await fetching.verify(token)),
        plain(await fetching.verify(tampered)),
        plain(fetching.verifySync(token)),
      ];
    }, issuer);
    assert.deepEqual(answers, ["ada", "token_signature_invalid", "ada", "token_signature_invalid", "ada"]);
  });

  test("a policy without 'wasm-unsafe-eval' gives the typed error, and with it all is well", async () => {
    const ask = (page) =>
      page.evaluate(async ({ token, options }) => {
        const { createVerifier } = await import("edgeward/verify");
        const { createClient } = await import("edgeward");
        const client = createClient({ issuer: options.issuer, clientId: "spa", redirectUri: location.href });
        const results = [await createVerifier(options).verify(token), await client.getAccessToken()];
        return results.map((result) => (result.ok ? ["ok"] : [result.error.code, result.error.message.includes("'wasm-unsafe-eval'")]));
      }, issuer);
    assert.deepEqual(await ask(await open("/strict")), [["runtime_wasm_blocked", true], ["runtime_wasm_blocked", true]]);
    assert.deepEqual(await ask(await open("/allowed")), [["ok"], ["session_missing", false]]);
  });

  test("a module worker and a module service worker import it and verify", async () => {
    const page = await open();
    const subjects = await page.evaluate(async ({ token, options }) => {
      const ask = (worker) =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = ({ data }) => resolve(data);
          worker.postMessage({ token, options }, [port2]);
        });
      const registration = await navigator.serviceWorker.register("/worker.js", { type: "module" });
      const starting = registration.installing ?? registration.waiting ?? registration.active;
      return Promise.all([ask(new Worker("/worker.js", { type: "module" })), ask(starting)]);
    }, issuer);
    assert.deepEqual(subjects, ["ada", "ada"]);
  });
});

describe("a client whose storage", () => {
  const end = atEnd();
  let browser;
  let site;
  before(async () => {
    site = await startSite(end, { "/": {} });
    browser = await launchChromium();
    end.after(() => browser.close());
  });

  for (const [what, breakIt] of [
    ["is forbidden", () => {
      const denied = { get: () => { throw new DOMException("denied", "SecurityError"); } };
      Object.defineProperty(window, "sessionStorage", denied);
      Object.defineProperty(window, "localStorage", denied);
    }],
    ["is full", () => {
      Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
    }],
    ["is absent", () => {
      delete window.sessionStorage;
      delete window.localStorage;
    }],
  ]) {
    for (const storage of ["session", "local", "memory"]) {
      test(`${what} signs in for the page's life: ${storage}`, async () => {
        const page = await browser.newPage();
        await page.addInitScript(breakIt);
        await page.goto(site);
        const outcome = await page.evaluate(signInWithoutLeaving, storage);
        assert.deepEqual(outcome, { left: 1, kind: "signedIn", token: "at-1", after: "session_missing" });
      });
    }
  }
});

/**
 * Signs in at a provider that is a stub of `fetch`, without leaving the page: the address that the
 * page would go to is read from the navigation, which is cancelled.
 */
async function signInWithoutLeaving(storage) {
  const { createClient } = await import("edgeward");
  const issuer = "https://id.example";
  const documents = {
    [`${issuer}/.well-known/openid-configuration`]: {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
    },
    [`${issuer}/token`]: { access_token: "at-1", token_type: "Bearer", expires_in: 60 },
  };
  window.fetch = async (url) => Response.json(documents[url]);
  const left = [];
  navigation.addEventListener("navigate", (event) => {
    if (!event.destination.url.startsWith(issuer)) return;
    left.push(event.destination.url);
    event.preventDefault();
  });
  const client = createClient({ issuer, clientId: "spa", redirectUri: "https://app.example/", scope: "todos", storage });
  await client.signIn();
  const state = new URL(left[0]).searchParams.get("state");
  const result = await client.handleCallback(`https://app.example/?code=c&state=${state}`);
  const access = await client.getAccessToken();
  await client.signOut();
  const after = await client.getAccessToken();
  return {
    left: left.length,
    kind: result.ok ? result.data.kind : result.error.code,
    token: access.ok ? access.data.token : access.error.code,
    after: after.error?.code,
  };
}
