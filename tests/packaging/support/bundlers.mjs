/** The bundlers, none of them told about the package. */
import { join } from "node:path";
import nodeResolve from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

/** Each bundler: builds the app `main.js` of a folder of the project into another one, with no setting that a stranger would not make. */
export const BUNDLERS = {
  async esbuild(project, outdir, app = "page") {
    await esbuild.build({ entryPoints: [join(project, `${app}/main.js`)], bundle: true, format: "esm", outdir });
  },
  async "esbuild, minified, as a classic script"(project, outdir, app = "page") {
    const outfile = join(outdir, "main.js");
    await esbuild.build({ entryPoints: [join(project, `${app}/main.js`)], bundle: true, minify: true, outfile });
  },
  async Rollup(project, dir, app = "page") {
    const bundle = await rollup({ input: join(project, `${app}/main.js`), plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ dir, format: "es" });
  },
  async "webpack 5"(project, path, app = "page") {
    const output = { path, filename: "main.js", publicPath: "/" };
    await compile({ context: project, entry: `./${app}/main.js`, mode: "production", output });
  },
  async "webpack 5, in development"(project, path, app = "page") {
    const output = { path, filename: "main.js", publicPath: "/" };
    await compile({ context: project, entry: `./${app}/main.js`, mode: "development", output });
  },
  async "Vite, built"(project, outDir, app = "page") {
    await vite.build({ root: join(project, app), build: { outDir }, logLevel: "error", configFile: false });
  },
};

function compile(config) {
  return new Promise((resolve, reject) => {
    const compiler = webpack(config);
    compiler.run((error, stats) => {
      const failed = error ?? (stats.hasErrors() ? new Error(stats.toString({ all: false, errors: true })) : undefined);
      compiler.close(() => (failed ? reject(failed) : resolve()));
    });
  });
}
