import * as glue from "../../dist/verify/glue.js";
import { fileSource } from "../shared/file.js";
import { verifierFactory } from "./index.js";

export { AuthError, isAuthError, presets } from "./index.js";
export const createVerifier = /* @__PURE__ */ verifierFactory(glue, fileSource(import.meta.url, "verifier.wasm"));
