//! `cargo xtask build`: cargo → wasm-bindgen → wasm-opt → esbuild, and what came out in bytes.

mod asmjs;
mod bindgen;
mod bundle;
mod optimise;
mod package;
mod script;
pub mod sizes;
mod streams;
mod text;
mod wasm;
mod worker;

use crate::setup::wasm as toolchain;
use crate::step::{Failure, Outcome, table};

/// Everything that can be built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Artefact {
    /// The Cloudflare Worker.
    Worker,
    /// The Worker without the authority.
    Gateway,
    /// The example of a Worker that depends on it.
    RustWorker,
    /// The core of npm `edgeward`.
    Client,
    /// The core of npm `edgeward/server`.
    Oauth,
    /// The core of npm `edgeward/verify`.
    Verifier,
    /// The npm package, which has both cores.
    Pkg,
    /// The published test vectors on the WASM build.
    Vectors,
}

const NAMES: [(&str, Artefact); 8] = [
    ("worker", Artefact::Worker),
    ("gateway", Artefact::Gateway),
    ("rust-worker", Artefact::RustWorker),
    ("client", Artefact::Client),
    ("oauth", Artefact::Oauth),
    ("verifier", Artefact::Verifier),
    ("pkg", Artefact::Pkg),
    ("vectors", Artefact::Vectors),
];

/// Builds what was named and prints the sizes.
pub fn run(names: &[&str]) -> Outcome {
    let wanted = match names {
        [] => vec![Artefact::Worker, Artefact::Pkg],
        _ => names.iter().map(|name| artefact(name)).collect::<Outcome<_>>()?,
    };
    build(&wanted)?;
    let measured = sizes::measure(&wanted)?;
    println!();
    table(&sizes::rows(&measured));
    println!("  (1 KB = 1000 bytes; gzip at level 9, brotli at quality 11)");
    Ok(())
}

/// Builds, in the order given.
pub fn build(wanted: &[Artefact]) -> Outcome {
    if wanted.is_empty() {
        return Ok(());
    }
    println!("build");
    let toolchain = toolchain::require()?;
    for artefact in wanted {
        match artefact {
            Artefact::Worker => worker::WORKER.build(&toolchain)?,
            Artefact::Gateway => worker::GATEWAY.build(&toolchain)?,
            Artefact::RustWorker => worker::EXAMPLE.build(&toolchain)?,
            Artefact::Client => package::CLIENT.build(&toolchain)?,
            Artefact::Oauth => package::OAUTH.build(&toolchain)?,
            Artefact::Verifier => package::VERIFIER.build(&toolchain)?,
            Artefact::Pkg => package::build(&toolchain)?,
            Artefact::Vectors => package::VECTORS.build(&toolchain)?,
        }
    }
    Ok(())
}

fn artefact(name: &str) -> Outcome<Artefact> {
    let found = NAMES.iter().find(|(known, _)| *known == name);
    let known = || NAMES.map(|(known, _)| known).join(", ");
    found
        .map(|(_, artefact)| *artefact)
        .ok_or_else(|| Failure(format!("cannot build {name}; known are: {}", known())))
}
