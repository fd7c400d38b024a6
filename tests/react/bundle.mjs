/** The page of the tests as a bundler makes it, from the package's public names. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const APP = fileURLToPath(new URL("app.jsx", import.meta.url));
const SETTINGS = {
  entryPoints: [APP],
  bundle: true,
  jsx: "automatic",
  logLevel: "error",
  // React runs effects twice in its development build only.
  define: { "process.env.NODE_ENV": '"development"' },
};

/**
 * A folder with `index.html` and `app.js`, for a browser.
 *
 * @param {{ after(stop: () => unknown): void }} end
 * @param {string} [html] what the server has rendered
 * @returns {Promise<URL>}
 */
export async function pageFolder(end, html = "") {
  const folder = await mkdtemp(join(tmpdir(), "edgeward-react-"));
  end.after(() => rm(folder, { recursive: true, force: true }));
  await build({ ...SETTINGS, format: "esm", platform: "browser", outfile: join(folder, "app.js") });
  const page = `<!doctype html><title>react</title><div id="root">${html}</div><script type="module" src="app.js"></script>`;
  await writeFile(join(folder, "index.html"), page);
  return pathToFileURL(`${folder}/`);
}
