import text from "./wasm-text.js";
import * as glue from "../../dist/oauth/glue.js";
import { inlineSource } from "../shared/inline.js";
import { clientFactory } from "./client.js";

export { AuthError, isAuthError } from "./client.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, inlineSource(text));
