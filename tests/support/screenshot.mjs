/** Takes the picture of the README: the page after a sign-in and a call. `cargo xtask screenshot` */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { call, openPage, signIn } from "./example.mjs";
import { launchChromium } from "./chromium.mjs";
import { PORTS, start } from "../../examples/spa/start.mjs";

const PICTURE = fileURLToPath(new URL("../../docs/images/spa.png", import.meta.url));
const SIZE_LIMIT = 200 * 1024;

const example = await start({ ports: PORTS });
try {
  const browser = await launchChromium({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
  try {
    const page = await openPage({ browser, page: example.page });
    await signIn(page, "ada");
    await call(page, "Call the API");
    await page.mouse.move(0, 0);
    await mkdir(dirname(PICTURE), { recursive: true });
    await page.screenshot({ path: PICTURE, fullPage: true });
  } finally {
    await browser.close();
  }
} finally {
  await example.close();
}

const { size } = await stat(PICTURE);
if (size > SIZE_LIMIT) throw new Error(`${PICTURE} has ${size} bytes; ${SIZE_LIMIT} are allowed`);
console.log(`${PICTURE}: ${Math.ceil(size / 1024)} KiB`);
