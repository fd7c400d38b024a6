/** Apps in Chromium: served as they were built, and asked what came out. */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { close, listen } from "../../../examples/spa/lib/listen.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html><title>app</title><script type="module" src="/main.js"></script>`;

/**
 * Serves a folder; `/` is a page that loads `/main.js`, unless the folder has one.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {string} folder
 * @param {(pathname: string) => object} [headers] more headers by path
 * @returns {Promise<string>} its origin
 */
export async function serve(end, folder, headers = () => ({})) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const file = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const body = await readFile(join(folder, file)).catch(() => (pathname.endsWith("/") ? PAGE : undefined));
    if (body === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", ...headers(pathname) }).end(body);
  });
  end.after(() => close(server));
  return listen(server, 0);
}

/**
 * Opens an app and waits until it says what came out.
 *
 * @param {{ newPage(): Promise<import("playwright-core").Page> }} browser
 * @param {string} url
 * @param {object} settings what the app finds as `globalThis.settings`
 */
export async function outcome(browser, url, settings) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("requestfailed", (request) => said.push(`failed: ${request.url()}`));
  try {
    await page.addInitScript((settings) => (globalThis.settings = settings), settings);
    await page.goto(url);
    const found = await page.waitForSelector("html[data-outcome]", { state: "attached", timeout: 30_000 });
    return JSON.parse(await found.getAttribute("data-outcome"));
  } catch (cause) {
    throw new Error(`the app says nothing; the page: ${page.url()}\n${said.join("\n")}`, { cause });
  } finally {
    await page.close();
  }
}
