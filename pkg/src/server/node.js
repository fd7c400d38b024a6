import text from "../oauth/wasm-text.js";
import * as glue from "../../dist/oauth/glue.js";
import { bytesOf } from "../shared/inline.js";
import { serverFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createServerClient = /* @__PURE__ */ serverFactory(glue, { now: () => bytesOf(text) });
