//! `cargo xtask dev`, `screenshot` and `bench`: the built project at work.

use crate::build::{self, Artefact};
use crate::paths::at;
use crate::run::Run;
use crate::setup::{self, Need};
use crate::step::{Failure, Outcome};

/// What `cargo xtask dev` starts if it is not told.
const MAIN_EXAMPLE: &str = "spa";

/// Serves an example with everything around it until Ctrl-C.
pub fn dev(example: Option<&str>) -> Outcome {
    let name = example.unwrap_or(MAIN_EXAMPLE);
    let script = format!("examples/{name}/start.mjs");
    if !plain(name) || !at(&script).is_file() {
        return Err(Failure(format!("there is no example {name}; known are: {}", examples().join(", "))));
    }
    setup::run(Need::Build)?;
    build::build(&[Artefact::Worker, Artefact::Pkg])?;
    println!();
    node(&script, &[])
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
    build::build(needed(name))?;
    println!();
    match name {
        "verify" => newest_node().arg(&script).args(args).succeed(),
        _ => node(&script, args),
    }
}

/// What a comparison is about; building everything takes longer than most of them.
fn needed(bench: &str) -> &'static [Artefact] {
    match bench {
        "verify" | "size" => &[Artefact::Pkg],
        "gateway" => &[Artefact::Worker],
        _ => &[Artefact::Worker, Artefact::Pkg, Artefact::Vectors],
    }
}

/// The newest Node that is installed here: what a server runs on, and the one with fused lanes.
fn newest_node() -> Run {
    let newest = at("node_modules/node24/bin/node");
    if newest.is_file() { Run::new(newest) } else { Run::node() }
}

fn node(script: &str, args: &[&str]) -> Outcome {
    let chromium = setup::chromium().map(|path| ("EDGEWARD_CHROMIUM", path));
    Run::node().envs(chromium).arg(script).args(args).succeed()
}

fn plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn examples() -> Vec<String> {
    let entries = at("examples").read_dir().into_iter().flatten().flatten();
    let started = entries.filter(|entry| entry.path().join("start.mjs").is_file());
    let mut names: Vec<String> = started.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

fn benches() -> Vec<String> {
    let entries = at("bench").read_dir().into_iter().flatten().flatten();
    let names =
        entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".mjs")?.to_owned()));
    names.collect()
}
