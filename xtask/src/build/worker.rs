//! Cloudflare Workers: `worker.mjs` and the wasm that it imports, of the Worker itself and of the example that depends on it.

use std::fs;

use super::bindgen::{self, Glue};
use super::bundle::{Bundle, Format};
use super::wasm::Aim;
use super::{optimise, wasm};
use crate::paths::{at, shown, target};
use crate::setup::wasm::Toolchain;
use crate::stamp::Stamp;
use crate::step::{Context, Outcome, step};

/// The name by which a shim imports what wasm-bindgen wrote.
const GLUE: &str = "edgeward-edge-glue";

/// What is built of the crate, and where to.
pub struct Worker {
    name: &'static str,
    package: &'static str,
    features: &'static [&'static str],
    /// What workerd calls, and what calls Rust.
    shim: &'static str,
    folder: &'static str,
}

/// The Worker as it is deployed.
pub const WORKER: Worker = Worker {
    name: "worker",
    package: "edgeward-edge",
    features: &[],
    shim: "edge/shim.js",
    folder: "edge/dist",
};
/// The same without the authority, to be measured.
pub const GATEWAY: Worker = Worker {
    name: "gateway",
    features: &["--no-default-features", "--features", "entry,kernels"],
    folder: "target/edgeward/gateway",
    ..WORKER
};
/// The example of a Worker of somebody else's, for its test; whoever deploys it does so with `worker-build`.
pub const EXAMPLE: Worker = Worker {
    name: "rust-worker",
    package: "edgeward-example-rust-worker",
    features: &[],
    shim: "tests/support/rust-worker.js",
    folder: "target/edgeward/rust-worker",
};

impl Worker {
    /// Builds it, unless its inputs are unchanged.
    pub fn build(&self, toolchain: &Toolchain) -> Outcome {
        step(self.name, || {
            let raw = wasm::compile(toolchain, self.package, self.features, Aim::Worker)?;
            let (dist, name) = (at(self.folder), self.package.replace('-', "_"));
            let module = dist.join(format!("{name}.wasm"));
            let stamp = Stamp::at(target("edgeward").join(self.name).with_extension("stamp"), |hash| {
                hash.files([raw.clone(), at(self.shim), at("package-lock.json"), at("xtask/src")])
            })?;
            if stamp.is_fresh() && module.exists() && dist.join("worker.mjs").exists() {
                return Ok("unchanged".to_owned());
            }
            let staging = target("edgeward").join(self.name).join("staging");
            fs::create_dir_all(&dist).context(format!("cannot make {}", self.folder))?;
            bindgen::bind(&raw, &staging, &name, Glue::Worker)?;
            optimise::lighten(&staging.join(format!("{name}_bg.wasm")), &module)?;
            let glue = staging.join(format!("{name}.js"));
            import_plainly(&glue, &name)?;
            let bundle = Bundle {
                entry: at(self.shim),
                output: dist.join("worker.mjs"),
                format: Format::Esm,
                platform: "neutral",
                external: &["cloudflare:*", &format!("./{name}.wasm")],
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
fn import_plainly(glue: &std::path::Path, name: &str) -> Outcome {
    let written = fs::read_to_string(glue).context("cannot read wasm-bindgen's output")?;
    let plain = written
        .replace("import source ", "import ")
        .replace(&format!("{name}_bg.wasm"), &format!("{name}.wasm"));
    fs::write(glue, plain).context("cannot write wasm-bindgen's output")
}
