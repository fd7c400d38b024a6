/** Verifies nothing: what the way through a Worker costs by itself. */
import { forwarded } from "./peer.mjs";

export default {
  fetch(request, { ISSUERS, ORIGIN }) {
    return forwarded(request, { iss: ISSUERS[0][0], sub: "ada" }, ORIGIN);
  },
};
