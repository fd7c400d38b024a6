import text from "./wasm-text.js";
import * as glue from "./core.js";
import { bytesOf } from "../shared/inline.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, { now: () => bytesOf(text) });
