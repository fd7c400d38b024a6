import text from "../oauth/wasm-text.js";
import * as glue from "../../dist/oauth/glue.js";
import { bytesOf } from "../shared/inline.js";
import { agentFactory } from "./index.js";

export { AuthError, fileStore, isAuthError } from "./index.js";
export const createAgentClient = /* @__PURE__ */ agentFactory(glue, { now: () => bytesOf(text) });
