import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { lazyCore } from "../shared/core.js";
import { settle, settleNow } from "../shared/result.js";

export { AuthError, isAuthError };

/** Makes `createVerifier` for one way to load the core. */
export function verifierFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new Verifier(runtime, glue.Verifier, options);
}

/** A thin shell: it loads the core and answers with results. */
class Verifier {
  #runtime;
  #Core;
  #options;
  #secret;
  #core;

  constructor(runtime, Core, { secret, ...options } = {}) {
    this.#runtime = runtime;
    this.#Core = Core;
    this.#options = options;
    this.#secret = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  }

  async ready() {
    await this.#runtime.start();
    try {
      this.#made();
    } catch (thrown) {
      throw toAuthError(thrown);
    }
  }

  verify(token) {
    return settle("result", async () => {
      await this.#runtime.start();
      return JSON.parse(await this.#made().verify(text(token)));
    });
  }

  verifySync(token) {
    return settleNow(() => {
      if (!this.#runtime.startNow()) throw notLoaded();
      return JSON.parse(this.#made().verifySync(text(token)));
    });
  }

  #made() {
    return (this.#core ??= new this.#Core(this.#options, this.#secret));
  }
}

/** What is no text is a malformed token, not a programming error: it may come from a request. */
function text(token) {
  return typeof token === "string" ? token : "";
}

function notLoaded() {
  const message = "The core is not loaded yet. Await ready() once before verifySync().";
  return new AuthError({ code: "keys_not_loaded", message, retryable: true, sessionEnded: false });
}
