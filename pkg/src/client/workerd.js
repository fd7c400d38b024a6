// Workers take a module from a static import only.
import module from "./client.wasm";
import * as glue from "./core.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, { now: () => module });
