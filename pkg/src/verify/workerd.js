// Workers take a module from a static import only.
import module from "./server.wasm";
import * as glue from "../../dist/verify/server-glue.js";
import { verifierFactory } from "./index.js";

export { AuthError, isAuthError, presets } from "./index.js";
export const createVerifier = /* @__PURE__ */ verifierFactory(glue, { now: () => module });
