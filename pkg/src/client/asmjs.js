import instantiate from "../../dist/client/asmjs/core.js";
import * as glue from "../../dist/client/asmjs/glue.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, { now: () => instantiate });
