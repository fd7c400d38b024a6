//! `cargo xtask dev`, `screenshot` and `bench`: the built project at work.

use crate::build::{self, Artefact};
use crate::paths::at;
use crate::run::Run;
use crate::setup::{self, Need};
use crate::step::{Failure, Outcome};

/// Serves the example with everything around it until Ctrl-C.
pub fn dev(args: &[&str]) -> Outcome {
    setup::run(Need::Build)?;
    build::build(&[Artefact::Worker, Artefact::Pkg])?;
    println!();
    node("examples/spa/start.mjs", args)
}

/// Takes the README's picture of the example.
pub fn screenshot(args: &[&str]) -> Outcome {
    setup::run(Need::Tests)?;
    build::build(&[Artefact::Worker, Artefact::Pkg])?;
    node("tests/support/screenshot.mjs", args)
}

/// Runs a comparison of `bench/`.
pub fn bench(name: &str, args: &[&str]) -> Outcome {
    let script = format!("bench/{name}.mjs");
    if !at(&script).is_file() {
        return Err(Failure(format!("there is no {script}; known are: {}", benches().join(", "))));
    }
    setup::run(Need::Build)?;
    build::build(&[Artefact::Worker, Artefact::Pkg, Artefact::Vectors])?;
    println!();
    node(&script, args)
}

fn node(script: &str, args: &[&str]) -> Outcome {
    let chromium = setup::chromium().map(|path| ("EDGEWARD_CHROMIUM", path));
    Run::node().envs(chromium).arg(script).args(args).succeed()
}

fn benches() -> Vec<String> {
    let entries = at("bench").read_dir().into_iter().flatten().flatten();
    let names =
        entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".mjs")?.to_owned()));
    names.collect()
}
