import * as glue from "../../dist/client/glue.js";
import { fileSource } from "../shared/file.js";
import { clientFactory } from "./index.js";

export { AuthError, isAuthError } from "./index.js";
export const createClient = /* @__PURE__ */ clientFactory(glue, fileSource(import.meta.url, "client.wasm"));
