//! `cargo xtask fuzz`: the targets of `fuzz/` under libFuzzer, with the compiler that is there.
//!
//! `cargo fuzz` does the same with a nightly compiler and an address sanitizer; the counters that
//! guide the fuzzer need neither.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::paths::{at, shown, target};
use crate::run::Run;
use crate::step::{Context, Failure, Outcome, step, table};

/// What `cargo fuzz` passes, apart from the sanitizer.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";
/// An input that takes longer, or memory beyond these, is a finding. In MiB.
const LIMITS: [&str; 3] = ["-timeout=20", "-rss_limit_mb=512", "-malloc_limit_mb=64"];
/// How long a target may take beyond its time, to read its seeds and to end.
const GRACE: Duration = Duration::from_secs(60);

/// Runs one target, or all, each for so many seconds; tells how many inputs were tried.
pub fn run(name: Option<&str>, seconds: u64) -> Outcome<u64> {
    let names: Vec<String> =
        targets()?.into_iter().filter(|own| name.is_none_or(|name| name == own)).collect();
    if names.is_empty() {
        return Err(Failure(format!("no such target; known are: {}", targets()?.join(", "))));
    }
    let programs = build()?;
    let queue = Mutex::new(names.iter().rev());
    let ended = Mutex::new(Vec::new());
    let worker = || {
        while let Some(name) = lock(&queue).next() {
            let outcome = one(&programs, name, seconds);
            lock(&ended).push((name.clone(), outcome));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    report(ended.into_inner().unwrap_or_default(), seconds)
}

/// Compiles the targets and writes their seeds; gives the folder of the programs.
fn build() -> Outcome<PathBuf> {
    let host = host()?;
    let folder = target("fuzz");
    step("fuzz targets", || {
        let cargo = Run::new("cargo").args(["build", "--quiet", "--release", "--bins", "--target", &host]);
        let places = [("CARGO_TARGET_DIR", folder.as_os_str()), ("RUSTFLAGS", FLAGS.as_ref())];
        cargo.within(&at("fuzz")).envs(places).quietly()?;
        let seeds = ["run", "--quiet", "--package", "edgeward-hostile", "--bin", "seeds", "--"];
        Run::new("cargo").args(seeds).arg(folder.join("seeds")).quietly()?;
        Ok(format!("{} of them", targets()?.len()))
    })?;
    Ok(folder.join(host).join("release"))
}

/// The names of the files in `fuzz/fuzz_targets`.
fn targets() -> Outcome<Vec<String>> {
    let entries = fs::read_dir(at("fuzz/fuzz_targets")).context("cannot read fuzz/fuzz_targets")?;
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.strip_suffix(".rs")?.to_owned());
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| name(entry.path())).collect();
    names.sort();
    Ok(names)
}

/// The machine that is compiled for. With `--target` said, build scripts are left without counters.
fn host() -> Outcome<String> {
    let version = Run::new("rustc").arg("-vV").quietly()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say what it compiles for".into())
}

/// Runs a target; tells how many inputs it tried.
fn one(programs: &Path, name: &str, seconds: u64) -> Outcome<u64> {
    let folder = |kind: &str| target("fuzz").join(kind).join(name);
    let (found, artifacts, log) =
        (folder("corpus"), folder("artifacts"), folder("logs").with_extension("log"));
    for place in [Some(found.as_path()), Some(artifacts.as_path()), log.parent()].into_iter().flatten() {
        fs::create_dir_all(place).context(format!("cannot make {}", shown(place)))?;
    }
    let run = Run::new(programs.join(name)).args(LIMITS).arg("-print_final_stats=1");
    let run = run.arg(format!("-max_total_time={seconds}"));
    let run = run.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let run = run.arg(&found).arg(folder("seeds")).log(&log)?;
    let ended = run.timeout(Duration::from_secs(seconds) + GRACE).status()?;
    let text = fs::read(&log).context("cannot read the log")?;
    let text = String::from_utf8_lossy(&text);
    match ended {
        Some(status) if status.success() => Ok(tried(&text)),
        _ => Err(Failure(format!("{}\n(all of it: {})", finding(&text), shown(&log)))),
    }
}

fn tried(log: &str) -> u64 {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

/// What was found and where the input is.
fn finding(log: &str) -> String {
    let tells = |line: &&str| {
        ["panicked at", "ERROR: libFuzzer", "Test unit written to"].iter().any(|word| line.contains(word))
    };
    let lines: Vec<&str> = log.lines().filter(tells).collect();
    if lines.is_empty() { "it did not end in time".to_owned() } else { lines.join("\n") }
}

fn report(mut ended: Vec<(String, Outcome<u64>)>, seconds: u64) -> Outcome<u64> {
    ended.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut rows = vec![["target", "inputs", "took"].map(str::to_owned).to_vec()];
    let mut failed = Vec::new();
    let mut total = 0;
    for (name, outcome) in ended {
        let inputs = match outcome {
            Ok(count) => {
                total += count;
                count.to_string()
            }
            Err(Failure(why)) => {
                failed.push(format!("{name}: {why}"));
                "FAILED".to_owned()
            }
        };
        rows.push(vec![name, inputs, format!("{seconds} s")]);
    }
    table(&rows);
    if failed.is_empty() { Ok(total) } else { Err(Failure(failed.join("\n"))) }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_was_found_and_where_the_input_is() {
        let log =
            "#3 REDUCE\nthread '<unnamed>' panicked at src/a.rs:1:1:\nfoo\nTest unit written to target/x\n";
        assert_eq!(
            finding(log),
            "thread '<unnamed>' panicked at src/a.rs:1:1:\nTest unit written to target/x"
        );
        assert_eq!(finding("nothing"), "it did not end in time");
    }

    #[test]
    fn counts_the_inputs() {
        assert_eq!(tried("x\nstat::number_of_executed_units: 42\n"), 42);
        assert_eq!(tried(""), 0);
    }
}
