// What workerd calls, in front of what Rust exports.
//
// Rust cannot unwind here: a trap leaves its memory in an unknown state. The request that trapped
// fails; the next one finds a fresh instance instead of a broken one.
import { DurableObject, WorkerEntrypoint, env } from "cloudflare:workers";
import * as rust from "edgeward-edge-glue";

const state = rust.__worker_init_state();
let instances = 1;

/** Runs an export of Rust, after replacing an instance that has trapped. */
async function run(handler, ...args) {
  if (state.criticalError) {
    rust.__wbg_reset_state();
    state.criticalError = false;
    instances += 1;
  }
  try {
    return await handler(...args);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      state.criticalError = true;
    }
    throw error;
  }
}

// A trap in a task that nobody awaits arrives here.
addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) {
    state.criticalError = true;
  }
});

// While the client's connection is still being made, as a rule. What fails here fails the first request, too, which tells.
run(rust.prepare, env).catch(() => {});

// An object: a class would be made anew for each request.
export default {
  fetch: (request, env, context) => run(rust.fetch, request, env, context),
  scheduled: (_event, env, context) => run(rust.upkeep, env, context),
};

/**
 * The entry point for other Workers, over a service binding with `entrypoint = "Gateway"`. Its
 * types: `edge/gateway.d.ts`.
 */
export class Gateway extends WorkerEntrypoint {
  verify(token, options) {
    return run(rust.verify, token, options, this.env, this.ctx);
  }
}

/**
 * The entry point for Workers that may revoke, with `entrypoint = "Revocations"`: a binding of its own, since whoever may
 * ask about tokens need not be able to end them.
 */
export class Revocations extends WorkerEntrypoint {
  revoke(order) {
    return run(rust.revoke, order, this.env);
  }
}

/** A Durable Object whose half in Rust is made anew when the instance that it lived in has trapped. */
function durable(name) {
  return class extends DurableObject {
    #half;
    #instance;

    fetch(request) {
      return run(() => this.#current().fetch(request));
    }

    alarm() {
      return run(() => this.#current().alarm());
    }

    #current() {
      if (this.#instance !== instances) {
        this.#half = new rust[name](this.ctx, this.env);
        this.#instance = instances;
      }
      return this.#half;
    }
  };
}

export const ProofReplays = durable("ProofReplays");
export const RevocationFeed = durable("RevocationFeed");
export const TokenBucket = durable("TokenBucket");
