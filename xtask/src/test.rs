//! `cargo xtask test`: every kind of test, one summary.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::build::{self, Artefact};
use crate::check;
use crate::differential;
use crate::fuzz;
use crate::paths::{at, on_path, shown, target};
use crate::run::Run;
use crate::setup::{self, Need};
use crate::step::{Context, Failure, Outcome, table, took};

/// How a part is run.
enum Kind {
    /// What needs no run of the product.
    Check,
    /// cargo's tests on this machine.
    Native,
    /// What may happen to several session machines together.
    Model,
    /// Every fuzz target for a short time.
    Fuzz,
    /// Our answers and other libraries' to altered tokens.
    Differential,
    /// `*.test.mjs` in `tests/<name>` and the folders in it, on what is built first.
    Node(&'static [Artefact]),
}

const PARTS: [(&str, Kind); 17] = [
    ("check", Kind::Check),
    ("native", Kind::Native),
    ("model", Kind::Model),
    ("fuzz", Kind::Fuzz),
    ("differential", Kind::Differential),
    ("node", Kind::Node(&[Artefact::Pkg, Artefact::Vectors])),
    ("platform", Kind::Node(&[])),
    ("browser", Kind::Node(&[Artefact::Pkg, Artefact::Vectors])),
    ("workerd", Kind::Node(&[Artefact::Worker, Artefact::Pkg, Artefact::Vectors])),
    ("authority", Kind::Node(&[Artefact::Worker, Artefact::RustWorker, Artefact::Pkg])),
    ("packaging", Kind::Node(&[Artefact::Pkg])),
    ("race", Kind::Node(&[Artefact::Pkg])),
    ("peers", Kind::Node(&[Artefact::Pkg])),
    ("agent", Kind::Node(&[Artefact::Pkg])),
    ("react", Kind::Node(&[Artefact::Pkg])),
    ("server", Kind::Node(&[Artefact::Pkg])),
    ("e2e", Kind::Node(&[Artefact::Worker, Artefact::Pkg])),
];

/// Long enough for a slow machine, short enough that a hanging test ends the run.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How long each fuzz target runs.
const FUZZ_SECONDS: u64 = 10;
/// How much of a log is shown where no list of failures is found in it.
const TAIL: usize = 120;

/// Runs one part, or all; goes on after a part that failed.
pub fn run(name: Option<&str>) -> Outcome {
    let parts: Vec<_> = PARTS.iter().filter(|(part, _)| name.is_none_or(|name| name == *part)).collect();
    if parts.is_empty() {
        return Err(Failure(format!("no such part; known are: {}", PARTS.map(|(part, _)| part).join(", "))));
    }
    setup::run(Need::Tests)?;
    build::build(&needed(parts.iter().map(|(_, kind)| kind)))?;
    let mut rows = vec![["part", "result", "tests", "took"].map(str::to_owned).to_vec()];
    let mut failed = Vec::new();
    for (name, kind) in parts {
        let begun = Instant::now();
        let ended = part(name, kind);
        let (result, tests) = match &ended {
            Ok(tests) => ("passed", tests.as_str()),
            Err(Failure(why)) => {
                println!("\n{name} failed\n{why}");
                failed.push(*name);
                ("FAILED", "")
            }
        };
        rows.push([name, result, tests, &took(begun.elapsed())].map(str::to_owned).to_vec());
    }
    println!("\ntest");
    table(&rows);
    match failed.as_slice() {
        [] => Ok(()),
        _ => Err(Failure(format!("failed: {}. One part alone: cargo xtask test PART", failed.join(", ")))),
    }
}

/// What must be built, each once.
fn needed<'a>(kinds: impl Iterator<Item = &'a Kind>) -> Vec<Artefact> {
    let mut needed = Vec::new();
    for kind in kinds {
        let artefacts = match kind {
            Kind::Node(artefacts) => *artefacts,
            Kind::Differential => &[Artefact::Pkg],
            _ => &[],
        };
        needed.extend(
            artefacts.iter().filter(|artefact| !needed.contains(*artefact)).copied().collect::<Vec<_>>(),
        );
    }
    needed
}

/// Runs a part and tells how many tests there were.
fn part(name: &str, kind: &Kind) -> Outcome<String> {
    println!();
    match kind {
        Kind::Check => check::run(None).map(|()| String::new()),
        Kind::Native => native(),
        Kind::Model => model(),
        Kind::Fuzz => fuzz::run(None, FUZZ_SECONDS).map(|inputs| format!("{inputs} inputs")),
        Kind::Differential => differential::compare(differential::IN_TESTS, 1)
            .map(|()| format!("{} tokens", differential::IN_TESTS)),
        Kind::Node(_) => node(name),
    }
}

fn native() -> Outcome<String> {
    println!("native tests");
    let runner: &[&str] = if on_path("cargo-nextest").is_some() {
        &["nextest", "run"]
    } else {
        &["test", "--lib", "--bins", "--tests"]
    };
    let log = logged(Run::new("cargo").args(runner).args(["--workspace", "--no-fail-fast"]), "native")?;
    // The workspace has the small client; the whole one is the same crate with a feature.
    let whole = ["--package", "edgeward-client", "--features", "oauth", "--no-fail-fast"];
    let whole = logged(Run::new("cargo").args(runner).args(whole), "native-oauth")?;
    let documented =
        logged(Run::new("cargo").args(["test", "--doc", "--workspace", "--no-fail-fast"]), "doctests")?;
    let count = passed(&log) + passed(&whole) + passed(&documented);
    if count == 0 {
        return Err(Failure("no native test ran".to_owned()));
    }
    Ok(count.to_string())
}

/// A workspace of its own, because it has to be optimised to be worth its time.
fn model() -> Outcome<String> {
    println!("the model of the session");
    let cargo = Run::new("cargo").args(["test", "--locked", "--no-fail-fast"]);
    let folder = target("model");
    let run = cargo.within(&at("tests/model")).envs([("CARGO_TARGET_DIR", &folder)]);
    match passed(&logged(run, "model")?) {
        0 => Err(Failure("no test of tests/model ran".to_owned())),
        count => Ok(count.to_string()),
    }
}

fn node(name: &str) -> Outcome<String> {
    println!("{name} tests");
    let files = test_files(&at("tests").join(name))?;
    let chromium = setup::chromium().map(|path| ("EDGEWARD_CHROMIUM", path));
    let run = Run::node()
        .envs(chromium)
        .envs([("EDGEWARD_PARANOID", "1")])
        .args(["--test", "--test-reporter=spec"])
        .args(files);
    let log = logged(run, name)?;
    match passed(&log) {
        0 => Err(Failure(format!("no test in tests/{name} passed; all were skipped"))),
        count => Ok(count.to_string()),
    }
}

/// The test files of a folder; none is a mistake, not a pass.
fn test_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = |folder: &Path| folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let inner = entries(folder).filter(|path| path.is_dir()).flat_map(|path| entries(&path));
    let all = entries(folder).chain(inner);
    let mut files: Vec<_> = all.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    files.sort();
    match files.as_slice() {
        [] => Err(Failure(format!("{} has no *.test.mjs", shown(folder)))),
        _ => Ok(files),
    }
}

/// Runs into a log file; a failure shows what failed and where the rest is.
fn logged(run: Run, name: &str) -> Outcome<String> {
    let folder = target("edgeward/logs");
    fs::create_dir_all(&folder).context("cannot make the folder of the logs")?;
    let file = folder.join(format!("{name}.log"));
    let status = run.log(&file)?.timeout(LIMIT).status()?;
    let log = fs::read(&file).context("cannot read the log")?;
    let log = String::from_utf8_lossy(&log).into_owned();
    match status {
        Some(status) if status.success() => Ok(log),
        Some(_) => Err(Failure(format!("{}\n(all of it: {})", failures(&log), shown(&file)))),
        None => Err(Failure(format!(
            "{}\nstopped after {}; the log: {}",
            failures(&log),
            took(LIMIT),
            shown(&file)
        ))),
    }
}

/// The part of a log that tells what failed: Node's list at the end, else the last lines.
fn failures(log: &str) -> String {
    if let Some(at) = log.rfind("failing tests:") {
        return log.get(at..).unwrap_or(log).to_owned();
    }
    let lines: Vec<&str> = log.lines().collect();
    lines.get(lines.len().saturating_sub(TAIL)..).unwrap_or_default().join("\n")
}

/// How many tests passed, as the runners' summaries say: `ℹ pass 3`, `3 passed`.
fn passed(log: &str) -> usize {
    log.lines().filter_map(passed_in).sum()
}

fn passed_in(line: &str) -> Option<usize> {
    if let Some(count) = line.strip_prefix("ℹ pass ") {
        return count.trim().parse().ok();
    }
    let summary = line.contains("test result:") || line.contains("tests run:");
    let (before, _) = line.split_once(" passed").filter(|_| summary)?;
    before.split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_the_runners_say() {
        assert_eq!(passed("ℹ tests 5\nℹ pass 4\nℹ fail 1"), 4);
        assert_eq!(passed("     Summary [   0.1s] 7 tests run: 6 passed, 1 skipped"), 6);
        assert_eq!(passed("test result: ok. 2 passed; 0 failed\ntest result: ok. 3 passed; 0 failed"), 5);
    }

    #[test]
    fn a_folder_without_tests_is_an_error() {
        assert!(test_files(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn shows_the_list_of_failures_where_there_is_one() {
        assert_eq!(failures("✔ fine\n✖ failing tests:\n✖ broken"), "failing tests:\n✖ broken");
    }
}
