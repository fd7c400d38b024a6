/*
 * The core as the module exports it, by hand: all that it takes and gives is text. What wasm-bindgen
 * generates (`dist/client/glue.js`) is ready for every type and every way to load a module, in three times the code.
 */

/** What the module exports, once it runs. */
let wasm;

const abandoned =
  typeof FinalizationRegistry === "function"
    ? /* @__PURE__ */ new FinalizationRegistry((core) => wasm.__wbg_core_free(core, 1))
    : undefined;

/** A client's decisions: the exports of `sdk/client/src/exports.rs`. */
export class Core {
  #core;

  /** @param {string} options `ClientOptions` as JSON */
  constructor(options) {
    this.#core = wasm.core_new(...passed(options));
    abandoned?.register(this, this.#core, this);
  }

  /**
   * @param {string} input
   * @returns {string}
   */
  handle(input) {
    const [start, length] = wasm.core_handle(this.#core, ...passed(input));
    try {
      return new TextDecoder().decode(at(start, length));
    } finally {
      wasm.__wbindgen_free(start, length, 1);
    }
  }

  /** Gives its memory back at once; it is not used afterwards. */
  free() {
    abandoned?.unregister(this);
    wasm.__wbg_core_free(this.#core, 1);
  }
}

/**
 * Starts the core before it returns.
 *
 * @param {{ module: BufferSource | WebAssembly.Module }} source
 */
export function initSync({ module }) {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  begin(new WebAssembly.Instance(compiled, imports(compiled)));
}

/**
 * Starts the core as browsers prefer.
 *
 * @param {{ module_or_path: WebAssembly.Module }} source
 */
export default async function init({ module_or_path: module }) {
  begin(await WebAssembly.instantiate(module, imports(module)));
}

function begin(instance) {
  wasm = instance.exports;
  wasm.__wbindgen_start();
}

/** Nothing is ever imported but what throws, and what prepares a table that stays unused. Their names end in hashes. */
function imports(module) {
  const all = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (all[from] ??= {})[name] = (start, length) => {
      if (length) throw new Error(new TextDecoder().decode(at(start, length)));
    };
  }
  return all;
}

/** A text in the module's memory: where it is and how long. The module frees it. */
function passed(text) {
  const bytes = new TextEncoder().encode(text);
  const start = wasm.__wbindgen_malloc(bytes.length, 1);
  at(start, bytes.length).set(bytes);
  return [start, bytes.length];
}

/** Memory moves when it grows, so no view of it is kept. */
function at(start, length) {
  return new Uint8Array(wasm.memory.buffer, start >>> 0, length >>> 0);
}
