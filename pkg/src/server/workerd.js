// Workers take a module from a static import only.
import module from "../oauth/oauth.wasm";
import * as glue from "../../dist/oauth/glue.js";
import { serverFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createServerClient = /* @__PURE__ */ serverFactory(glue, { now: () => module });
