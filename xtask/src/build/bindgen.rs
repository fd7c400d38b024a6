//! wasm-bindgen, through the crate of its command line: one version for the macros and the tool.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::step::{Context, Outcome};

/// How the JavaScript gets its module.
#[derive(Clone, Copy)]
pub enum Glue {
    /// The caller hands the module over: npm.
    Web,
    /// The module is imported and started at once: Workers.
    Worker,
}

/// Writes `<name>.js`, `<name>.d.ts` and `<name>_bg.wasm` into a folder.
pub fn bind(wasm: &Path, into: &Path, name: &str, glue: Glue) -> Outcome {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name(name).remove_producers_section(true);
    match glue {
        // Without a default path: bundlers would follow it and emit the file a second time.
        Glue::Web => bindgen.web(true).map(|bindgen| bindgen.typescript(true).omit_default_module_path(true)),
        // A trap ends the instance; with these two the next request gets a fresh one.
        Glue::Worker => bindgen.module(true).map(|bindgen| {
            bindgen.typescript(false).reset_state_function(true).force_enable_abort_handler(true)
        }),
    }
    .context("wasm-bindgen")?;
    bindgen.generate(into).map_err(|error| format!("wasm-bindgen: {error:#}").into())
}
