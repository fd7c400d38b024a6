import text from "./wasm-text.js";
import init, { Core } from "./core.js";
import { inlineSource } from "../shared/inline.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
// Without the start at once, which no page makes.
export const createClient = /* @__PURE__ */ clientFactory({ default: init, Core }, inlineSource(text));
