import { internalError, wasmBlocked } from "./errors.js";

/**
 * The core, started on first use and once, however many callers race for it.
 *
 * `source` gives the module at once (`now`, as Node and workerd can) or later (`later`, as
 * browsers prefer). There is no top-level await, which service workers forbid.
 *
 * @param {object} glue what wasm-bindgen generated
 * @param {{ now?: () => BufferSource | WebAssembly.Module, later?: () => Promise<WebAssembly.Module> }} source
 */
export function lazyCore(glue, source) {
  let started = false;
  let starting;

  const startNow = () => {
    if (started) return;
    try {
      glue.initSync({ module: source.now() });
    } catch (error) {
      throw failure(error);
    }
    started = true;
  };

  const startLater = async () => {
    try {
      const module = await source.later();
      await glue.default({ module_or_path: module });
      started = true;
    } catch (error) {
      throw failure(error);
    } finally {
      starting = undefined;
    }
  };

  return {
    /** Resolves when the core runs. A failure is not kept: the next call tries again. */
    async start() {
      if (started) return;
      // A start that is under way must not be overtaken: there would be two memories.
      if (source.later) await (starting ??= startLater());
      else startNow();
    },
    /** Starts the core before it returns. False: that must wait for `start()`. */
    startNow() {
      if (!started && (starting || !source.now)) return false;
      startNow();
      return true;
    },
  };
}

/** The modules are valid, so one that does not compile is one that may not. */
function failure(error) {
  const refused =
    typeof WebAssembly !== "object" ||
    error instanceof WebAssembly.CompileError ||
    error instanceof EvalError ||
    /Content Security Policy|\bCSP\b|disallowed by embedder/.test(String(error?.message));
  return refused ? wasmBlocked(error) : internalError(error);
}
