//! The Cloudflare Worker: `edge/dist/worker.mjs` and the wasm that it imports.

use std::fs;

use super::bindgen::{self, Glue};
use super::bundle::{Bundle, Format};
use super::wasm::Aim;
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

/// What is built of the crate, and where to.
pub struct Worker {
    name: &'static str,
    features: &'static [&'static str],
    folder: &'static str,
}

/// The Worker as it is deployed.
pub const WORKER: Worker = Worker { name: "worker", features: &[], folder: "edge/dist" };
/// The same without the authority, to be measured.
pub const GATEWAY: Worker = Worker {
    name: "gateway",
    features: &["--no-default-features", "--features", "entry,kernels"],
    folder: "target/edgeward/gateway",
};

impl Worker {
    /// Builds it, unless its inputs are unchanged.
    pub fn build(&self, toolchain: &Toolchain) -> Outcome {
        step(self.name, || {
            let raw = wasm::compile(toolchain, PACKAGE, self.features, Aim::Worker)?;
            let dist = at(self.folder);
            let module = dist.join(format!("{NAME}.wasm"));
            let stamp = Stamp::at(target("edgeward").join(self.name).with_extension("stamp"), |hash| {
                hash.files([raw.clone(), at(SHIM), at("package-lock.json"), at("xtask/src")])
            })?;
            if stamp.is_fresh() && module.exists() && dist.join("worker.mjs").exists() {
                return Ok("unchanged".to_owned());
            }
            let staging = target("edgeward").join(self.name).join("staging");
            fs::create_dir_all(&dist).context(format!("cannot make {}", self.folder))?;
            bindgen::bind(&raw, &staging, NAME, Glue::Worker)?;
            optimise::lighten(&staging.join(format!("{NAME}_bg.wasm")), &module)?;
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
