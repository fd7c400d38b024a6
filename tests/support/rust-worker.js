// What workerd calls, in front of what the example exports: what `worker-build` writes, as far as its test needs it.
import { WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "edgeward-edge-glue";

export default class extends WorkerEntrypoint {
  fetch(request) {
    return rust.fetch(request, this.env, this.ctx);
  }
}
