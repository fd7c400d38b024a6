import text from "./wasm-text.js";
import * as glue from "./core.js";
import { inlineSource } from "../shared/inline.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, inlineSource(text));
