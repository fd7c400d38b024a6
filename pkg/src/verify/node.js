import server from "./server-text.js";
import small from "./wasm-text.js";
import * as glue from "../../dist/verify/glue.js";
import * as serverGlue from "../../dist/verify/server-glue.js";
import { bytesOf } from "../shared/inline.js";
import { hasLanes } from "../shared/lanes.js";
import { verifierFactory } from "./index.js";

export { AuthError, isAuthError, presets } from "./index.js";

let make;

/** The core for servers where it runs, in Node from 22 on, Bun and Deno, and the small one otherwise. */
export function createVerifier(options) {
  make ??= hasLanes()
    ? verifierFactory(serverGlue, { now: () => bytesOf(server) })
    : verifierFactory(glue, { now: () => bytesOf(small) });
  return make(options);
}
