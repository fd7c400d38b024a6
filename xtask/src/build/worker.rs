//! The Cloudflare Worker: `edge/dist/worker.mjs` and the wasm that it imports.

use std::fs;

use super::bindgen::{self, Glue};
use super::bundle::{Bundle, Format};
use super::{optimise, wasm};
use crate::paths::{at, shown, target};
use crate::setup::wasm::Toolchain;
use crate::stamp::Stamp;
use crate::step::{Context, Outcome, step};

const PACKAGE: &str = "edgeward-edge";
const NAME: &str = "edgeward_edge";
const SHIM: &str = "edge/shim.js";
/// The name by which the shim imports what wasm-bindgen wrote.
const GLUE: &str = "edgeward-edge-glue";

/// Builds the Worker, unless its inputs are unchanged.
pub fn build(toolchain: &Toolchain) -> Outcome {
    step("worker", || {
        let raw = wasm::compile(toolchain, PACKAGE, &[])?;
        let dist = at("edge/dist");
        let module = dist.join(format!("{NAME}.wasm"));
        let stamp = Stamp::at(target("edgeward/worker.stamp"), |hash| {
            hash.files([raw.clone(), at(SHIM), at("package-lock.json"), at("xtask/src")])
        })?;
        if stamp.is_fresh() && module.exists() && dist.join("worker.mjs").exists() {
            return Ok("unchanged".to_owned());
        }
        let staging = target("edgeward/worker");
        fs::create_dir_all(&dist).context("cannot make edge/dist")?;
        bindgen::bind(&raw, &staging, NAME, Glue::Worker)?;
        optimise::optimise(&staging.join(format!("{NAME}_bg.wasm")), &module)?;
        let glue = staging.join(format!("{NAME}.js"));
        import_plainly(&glue)?;
        let bundle = Bundle {
            entry: at(SHIM),
            output: dist.join("worker.mjs"),
            format: Format::Esm,
            platform: "neutral",
            external: &["cloudflare:*", "./edgeward_edge.wasm"],
            alias: &[(GLUE, &glue)],
        };
        bundle.write()?;
        stamp.write()?;
        Ok(shown(&dist))
    })
}

/// A Worker's wasm import is a module already: the source-phase import that wasm-bindgen writes
/// is the plain import of workerd and wrangler.
fn import_plainly(glue: &std::path::Path) -> Outcome {
    let written = fs::read_to_string(glue).context("cannot read wasm-bindgen's output")?;
    let plain = written
        .replace("import source ", "import ")
        .replace(&format!("{NAME}_bg.wasm"), &format!("{NAME}.wasm"));
    fs::write(glue, plain).context("cannot write wasm-bindgen's output")
}
