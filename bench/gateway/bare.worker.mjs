/** Verifies nothing: what the way through a Worker costs by itself. */
import { forwarded } from "./peer.mjs";

export default {
  fetch(request, env) {
    return forwarded(request, { iss: env.ISSUERS[0][0], sub: "ada" }, env);
  },
};
