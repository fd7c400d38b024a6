// Workers take a module from a static import only.
import module from "./oauth.wasm";
import * as glue from "../../dist/oauth/glue.js";
import { clientFactory } from "./client.js";

export { AuthError, isAuthError } from "./client.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, { now: () => module });
