/**
 * What the glue needs of `WebAssembly`, for a core that wasm2js wrote as a function: it takes the
 * imports and gives the exports.
 */
class Module {
  constructor(instantiate) {
    this.instantiate = instantiate;
  }
}

class Instance {
  constructor(module, imports) {
    this.exports = module.instantiate(imports);
  }
}

export const WebAssembly = { Module, Instance };
