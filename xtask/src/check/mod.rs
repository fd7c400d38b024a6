//! `cargo xtask check`: everything that can be known without running the product.

mod api;
mod coverage;
mod errors;
mod layers;
mod sizes;

use std::time::{Duration, Instant};

use crate::run::Run;
use crate::setup::{self, wasm};
use crate::step::{Failure, Outcome, took};

pub use api::write as write_api;
pub use errors::write as write_errors;

/// A part of the check: its name and what it does.
type Part = (&'static str, fn() -> Outcome<String>);

const PARTS: [Part; 9] = [
    ("fmt", fmt),
    ("layers", layers::check),
    ("clippy", clippy),
    ("docs", docs),
    ("deny", deny),
    ("errors", errors::check),
    ("api", api::check),
    ("coverage", coverage::check),
    ("sizes", sizes::check),
];

/// The crates whose only home is wasm32: their tests are linted there too.
const WASM_CRATES: [&str; 7] = [
    "edgeward-core",
    "edgeward-host",
    "edgeward-client",
    "edgeward-verifier",
    "edgeward-edge",
    "edgeward-example-rust-worker",
    "edgeward-vectors",
];

/// How long fetching the advisories may take, on a machine that may have no way to them.
const FETCH: Duration = Duration::from_secs(60);

/// Runs one part, or all; goes on after a failure and tells of every one.
pub fn run(name: Option<&str>) -> Outcome {
    let parts: Vec<&Part> = PARTS.iter().filter(|(part, _)| name.is_none_or(|name| name == *part)).collect();
    if parts.is_empty() {
        return Err(Failure(format!("no such check; known are: {}", PARTS.map(|(part, _)| part).join(", "))));
    }
    println!("check");
    let mut failed = Vec::new();
    for (name, part) in parts {
        let begun = Instant::now();
        let (said, mark) = match part() {
            Ok(said) => (said, ' '),
            Err(Failure(why)) => {
                failed.push(*name);
                (format!("failed\n{why}\n"), '✖')
            }
        };
        println!("{mark} {name:<18} {said}  ({})", took(begun.elapsed()));
    }
    match failed.as_slice() {
        [] => Ok(()),
        _ => Err(Failure(format!("check failed in: {}", failed.join(", ")))),
    }
}

fn fmt() -> Outcome<String> {
    Run::new("cargo").args(["fmt", "--all", "--check"]).quietly().map_err(|Failure(why)| {
        Failure(format!("some files are not formatted. Type: cargo fmt --all\n{why}"))
    })?;
    Ok("formatted".to_owned())
}

fn clippy() -> Outcome<String> {
    let strict = ["--", "--deny", "warnings"];
    Run::new("cargo").args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(strict).quietly()?;
    let whole = ["--package", "edgeward-client", "--features", "oauth"];
    Run::new("cargo").args(["clippy", "--quiet", "--all-targets"]).args(whole).args(strict).quietly()?;
    let packages = WASM_CRATES.iter().flat_map(|name| ["--package", name]);
    let wasm = wasm::require()?.cargo().args(["clippy", "--quiet", "--lib", "--target", wasm::TARGET]);
    wasm.args(packages).args(strict).quietly()?;
    Ok("native and wasm32 without a warning".to_owned())
}

fn docs() -> Outcome<String> {
    let run = Run::new("cargo").args(["doc", "--quiet", "--workspace", "--no-deps", "--keep-going"]);
    run.envs([("RUSTDOCFLAGS", "--deny warnings")]).quietly()?;
    Ok("every link resolves".to_owned())
}

fn deny() -> Outcome<String> {
    let deny = setup::cargo_deny().ok_or("cargo-deny is missing. Type: cargo xtask setup --tests")?;
    let check = |what: &[&str]| Run::new(&deny).args(["--log-level", "error", "check"]).args(what).quietly();
    check(&["bans", "licenses", "sources"])?;
    if Run::new(&deny).args(["fetch", "db"]).timeout(FETCH).quietly().is_err() {
        return Ok(
            "bans, licences, sources; not advisories: their database cannot be fetched here".to_owned()
        );
    }
    check(&["advisories"])?;
    Ok("bans, licences, sources, advisories".to_owned())
}
