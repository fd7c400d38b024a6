import text from "./wasm-text.js";
import * as glue from "../../dist/verify/glue.js";
import { inlineSource } from "../shared/inline.js";
import { verifierFactory } from "./index.js";

export { AuthError, isAuthError, presets } from "./index.js";
export const createVerifier = /* @__PURE__ */ verifierFactory(glue, inlineSource(text));
