import { AuthError, isAuthError, toAuthError } from "../shared/errors.js";
import { lazyCore } from "../shared/core.js";
import { settle, settleNow } from "../shared/result.js";
import * as answer from "./answer.js";
import { respond } from "./express.js";
import { incoming, isPreflight } from "./incoming.js";
import { written } from "./options.js";
import { Remembered } from "./remembered.js";

export { AuthError, isAuthError };
export { presets } from "./presets.js";

/** Makes `createVerifier` for one way to load the core. */
export function verifierFactory(glue, source) {
  const runtime = lazyCore(glue, source);
  return (options) => new Verifier(runtime, glue.Verifier, options);
}

/** A thin shell: it loads the core, answers with results, and speaks the frameworks' languages. */
class Verifier {
  #runtime;
  #Core;
  #options;
  #errors;
  #core;
  #settings;
  #remembered = new Remembered();

  constructor(runtime, Core, { errors = "result", ...options } = {}) {
    this.#runtime = runtime;
    this.#Core = Core;
    this.#options = written(options);
    this.#errors = errors;
  }

  async ready() {
    try {
      await this.#start();
    } catch (thrown) {
      throw toAuthError(thrown);
    }
  }

  verify(token) {
    return settle(this.#errors, async () => {
      const known = this.#known(token);
      if (known) return known;
      const core = await this.#start();
      return this.#remembered.read(token, await core.verify(text(token)));
    });
  }

  verifySync(token) {
    const known = this.#known(token);
    if (known) return this.#errors === "throw" ? known : { ok: true, data: known };
    return settleNow(this.#errors, () => {
      if (!this.#runtime.startNow()) throw notLoaded();
      return this.#remembered.read(token, this.#made().verifySync(text(token)));
    });
  }

  verifyRequest(request, requirements, context) {
    return settle(this.#errors, () => this.#admit(request, requirements, context));
  }

  middleware(requirements) {
    return async (context, next) => {
      const request = context.req.raw;
      const outcome = await this.#judge(request, requirements, executionContext(context));
      if (outcome.answer) return response(outcome.answer);
      if (outcome.identity) context.set("auth", outcome.identity);
      await next();
      // A response with a socket has no headers left to say anything in.
      if (context.res.status === 101) return;
      const { set, remove } = this.#guarded(context.res.headers, outcome);
      for (const name of remove) context.header(name, undefined);
      for (const [name, value] of Object.entries(set)) context.header(name, value);
    };
  }

  protect(handler, requirements) {
    return async (request, ...rest) => {
      const outcome = await this.#judge(request, requirements, rest.find(isContext));
      if (outcome.answer) return response(outcome.answer);
      if (outcome.preflight) return response(answer.preflight(request, this.#settings));
      const given = await handler(request, outcome.identity, ...rest);
      if (given.status === 101) return given;
      const guarded = new Response(given.body, given);
      const { set, remove } = this.#guarded(given.headers, outcome);
      for (const name of remove) guarded.headers.delete(name);
      for (const [name, value] of Object.entries(set)) guarded.headers.set(name, value);
      return guarded;
    };
  }

  express(requirements) {
    const judge = (request) => this.#judge(request, requirements);
    return respond(judge, (headers, outcome) => this.#guarded(headers, outcome));
  }

  challenge(error, request) {
    return response(answer.denial(toAuthError(error), request, this.#settings ?? answer.UNSET));
  }

  protectedResourceMetadata() {
    return settle(this.#errors, async () => {
      await this.#start();
      return this.#settings.metadata?.document;
    });
  }

  /** What is to be done with a request: answer it, or let it through with or without identity. */
  async #judge(request, requirements, context) {
    try {
      await this.#start();
      const told = answer.metadata(request, this.#settings);
      if (told) return { answer: told };
      if (isPreflight(request)) return { preflight: true };
      return { identity: await this.#admit(request, requirements, context) };
    } catch (thrown) {
      return { answer: answer.denial(toAuthError(thrown), request, this.#settings ?? answer.UNSET) };
    }
  }

  async #admit(request, requirements, context) {
    const core = await this.#start();
    const wanted = requirements === undefined ? "{}" : JSON.stringify(requirements);
    return JSON.parse(await core.admit(incoming(request, this.#settings), wanted, context));
  }

  /** What becomes of an answer's headers: nobody else's cache may keep what somebody was told. */
  #guarded(headers, { identity }) {
    const { set, remove } = JSON.parse(
      this.#core.guarded([...headers.keys()].join("\n"), headers.get("cache-control") ?? "", headers.get("vary") ?? ""),
    );
    if (identity) return { set, remove };
    return { set: set.vary ? { vary: set.vary } : {}, remove: [] };
  }

  #known(token) {
    return this.#core && typeof token === "string" ? this.#remembered.recall(token, this.#core) : undefined;
  }

  async #start() {
    await this.#runtime.start();
    return this.#made();
  }

  #made() {
    if (!this.#core) {
      const core = new this.#Core(this.#options);
      this.#settings = JSON.parse(core.settings());
      this.#core = core;
    }
    return this.#core;
  }
}

/** What keeps a Worker alive for what goes on behind the answer, as the renewal of keys does. */
function isContext(value) {
  return typeof value?.waitUntil === "function";
}

/** Hono's getter throws where the platform has none. */
function executionContext(context) {
  try {
    return context.executionCtx;
  } catch {
    return undefined;
  }
}

function response({ status, headers, body }) {
  return new Response(body, { status, headers });
}

/** What is no text is a malformed token, not a programming error: it may come from a request. */
function text(token) {
  return typeof token === "string" ? token : "";
}

function notLoaded() {
  const message = "The core is not loaded yet. Await ready() once before verifySync().";
  return new AuthError({ code: "keys_not_loaded", message, retryable: true, sessionEnded: false });
}
