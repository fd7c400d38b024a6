import { server } from "../../../lib/auth.js";

/** What the hooks in the browser ask for: sign-in, sign-out and access tokens. */
export function POST(request) {
  return server.proxy(request);
}
