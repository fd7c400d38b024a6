import { server } from "../../lib/auth.js";

/** Where sign-ins come back to. */
export function GET(request) {
  return server.callback(request);
}
