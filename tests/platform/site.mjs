/** A site that serves the package's sources, and tabs of it with a platform each. */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { close, listen } from "../../examples/spa/lib/listen.mjs";
import { launchChromium } from "../support/chromium.mjs";

const SOURCES = new URL("../../pkg/src/", import.meta.url);

/** In every page and worker: a platform, what it told, and its effects as functions. */
const HARNESS = `
import { Platform } from "/src/platform/index.js";
import { keyEffects } from "/src/platform/keys.js";
globalThis.start = (options) => {
  const told = [];
  const platform = new Platform(options, { onNotice: (notice) => told.push(notice), onWarning: ({ type }) => told.push(type) }, keyEffects);
  const perform = (kind, members = {}, signal = new AbortController().signal) =>
    platform.perform({ kind, ...members }, signal).then((ok) => ok ?? null, (error) => ({ failed: error.code ?? String(error) }));
  const session = (kind, members) => perform(kind, { area: "session", key: "s", ...members });
  return Object.assign(globalThis, { platform, told, perform, session });
};
/** Adds one, so many times, by comparing and swapping. */
globalThis.count = async (times) => {
  for (let left = times, known = await session("read"); left > 0; ) {
    const next = String(Number(known) + 1);
    const { done, current } = await session("swap", { expected: known, next });
    known = done ? next : current;
    if (done) left--;
  }
};
/** Waits until something is so. */
globalThis.until = async (so) => {
  for (const end = performance.now() + 5_000; !so() && performance.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 5));
  if (!so()) throw new Error("it never came to be: " + so);
};
`;

/** A worker, of either kind: runs what it is sent. */
const WORKER = `
import "/harness.js";
self.addEventListener("message", async ({ data, ports: [port] }) => {
  try {
    port.postMessage({ ok: await new (async () => {}).constructor("argument", data.script)(data.argument) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
});
`;

const FILES = {
  "/": { type: "text/html", body: '<!doctype html><title>test</title><script type="module" src="/harness.js"></script>' },
  // A page without an origin: every kind of storage throws.
  "/sandboxed": { type: "text/html", sandbox: true, body: '<!doctype html><title>test</title><script type="module" src="/harness.js"></script>' },
  "/harness.js": { type: "text/javascript", body: HARNESS },
  "/worker.js": { type: "text/javascript", body: WORKER },
};

/**
 * Starts the site and a browser.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} [handle]
 *   answers what is not the site's own
 * @param {object} [options] of the browser
 */
export async function startSite(end, handle = () => false, options = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const file = FILES[pathname];
    response.setHeader("access-control-allow-origin", "*");
    if (file?.sandbox) response.setHeader("content-security-policy", "sandbox allow-scripts");
    if (file) return response.writeHead(200, { "content-type": file.type }).end(file.body);
    if (await handle(request, response)) return;
    const path = /^\/src\/([\w./-]+)$/.exec(pathname)?.[1];
    const body = path && extname(path) === ".js" && (await readFile(new URL(path, SOURCES)).catch(() => {}));
    if (body) response.writeHead(200, { "content-type": "text/javascript" }).end(body);
    else response.writeHead(404).end();
  });
  end.after(() => close(server));
  const origin = await listen(server, 0);
  const browser = await launchChromium(options);
  end.after(() => browser.close());

  /** A tab with a platform. */
  async function open(options = {}, path = "/") {
    const page = await browser.newPage();
    await page.goto(origin + path);
    await page.waitForFunction(() => globalThis.start);
    await page.evaluate((options) => void start(options), options);
    return page;
  }
  return { origin, browser, open };
}

/** Runs a script in a worker of the page. */
export function inWorker(page, kind, script, argument) {
  return page.evaluate(async ({ kind, script, argument }) => {
    let worker;
    if (kind === "service") {
      const { installing, waiting, active } = await navigator.serviceWorker.register("/worker.js", { type: "module" });
      worker = installing ?? waiting ?? active;
    } else {
      worker = new Worker("/worker.js", { type: "module" });
    }
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ script, argument }, [port2]);
    const { ok, error } = await new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    if (error) throw new Error(error);
    return ok;
  }, { kind, script, argument });
}
