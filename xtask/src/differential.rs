//! `cargo xtask differential kernels`: the kernels and the crates on the same altered signatures.
//! `cargo xtask differential`: the package, the core, npm `jose` and the crate `jsonwebtoken` on the
//! same altered tokens.

use std::path::PathBuf;

use crate::build::{self, Artefact};
use crate::paths::{at, target};
use crate::run::Run;
use crate::setup::{self, Need};
use crate::step::{Failure, Outcome, step};

/// How many tokens the tests alter, and how many a person does.
pub const IN_TESTS: u32 = 5_000;
const BY_HAND: u32 = 100_000;
const SEED: u32 = 1;

/// How many signatures of each algorithm a person compares.
const SIGNATURES_BY_HAND: u32 = 10_000_000;

/// `cargo xtask differential [kernels] [COUNT [SEED]]`.
pub fn run(args: &[&str]) -> Outcome {
    let numbers = args.strip_prefix(&["kernels"]).unwrap_or(args);
    let number = |at: usize, default: u32| {
        let text = numbers.get(at).copied();
        text.map_or(Ok(default), |text| text.parse().map_err(|_| Failure(format!("{text} is no number"))))
    };
    if numbers.len() < args.len() {
        return kernels(number(0, SIGNATURES_BY_HAND)?, number(1, SEED)?);
    }
    setup::run(Need::Build)?;
    build::build(&[Artefact::Pkg])?;
    compare(number(0, BY_HAND)?, number(1, SEED)?)
}

/// Compares the kernels with the crates, natively. All is compiled for time: for size, as what is
/// published, the crates take up to twenty times as long.
fn kernels(count: u32, seed: u32) -> Outcome {
    let cargo = Run::new("cargo").args(["test", "--quiet", "--release", "--package", "edgeward-vectors"]);
    let settings = [
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3".to_owned()),
        ("EDGEWARD_COUNT", count.to_string()),
        ("EDGEWARD_SEED", seed.to_string()),
    ];
    cargo.args(["--test", "differential", "--", "--nocapture"]).envs(settings).succeed()
}

/// Compares the answers to so many tokens; the package must have been built.
pub fn compare(count: u32, seed: u32) -> Outcome {
    let oracle = oracle()?;
    let run = Run::node().arg("tests/differential/run.mjs").arg(oracle);
    run.args([count.to_string(), seed.to_string()]).succeed()
}

/// Builds the program that asks the core and `jsonwebtoken`.
fn oracle() -> Outcome<PathBuf> {
    let folder = target("differential");
    step("jsonwebtoken", || {
        let cargo = Run::new("cargo").args(["build", "--quiet", "--release"]);
        cargo.within(&at("tests/differential")).envs([("CARGO_TARGET_DIR", &folder)]).quietly()?;
        Ok("built".to_owned())
    })?;
    Ok(folder.join("release/edgeward-differential"))
}
