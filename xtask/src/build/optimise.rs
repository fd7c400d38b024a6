//! wasm-opt of npm `binaryen`: smaller by a fifth.

use std::path::Path;

use crate::paths::npm_bin;
use crate::run::Run;
use crate::step::Outcome;

/// What rustc emits for this target by default, and exceptions, with which wasm-bindgen wraps what a
/// Worker exports; wasm-opt must be told where the section that says so is absent.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-exception-handling",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What servers have besides.
const LANES: [&str; 2] = ["--enable-simd", "--enable-relaxed-simd"];

/// Optimises for size, and not for the raw one alone: a large function that is moved into its only
/// caller saves its frame, but compresses worse by a thirtieth of the whole. Nothing lives in the first KiB: it is the stack's far end, which is never
/// reached, and lets wasm-opt fold offsets into addresses. How addresses are aligned is a hint that no
/// engine looks at, and one more number behind each load and store.
pub fn optimise(from: &Path, to: &Path) -> Outcome {
    run(&["--dealign"], from, to)
}

/// The same, with only what WebAssembly could do at first, since wasm2js knows no more.
pub fn lower(from: &Path, to: &Path) -> Outcome {
    let lowering =
        ["--signext-lowering", "--llvm-nontrapping-fptoint-lowering", "--llvm-memory-copy-fill-lowering"];
    run(&lowering, from, to)
}

/// Optimises for time, with the lanes that servers have.
pub fn hasten(from: &Path, to: &Path) -> Outcome {
    wasm_opt(&[&["-O3", "--low-memory-unused"], &LANES[..]].concat(), from, to)
}

/// Optimises for size what the compiler has optimised for time where it matters, with the same lanes.
pub fn lighten(from: &Path, to: &Path) -> Outcome {
    run(&LANES, from, to)
}

fn run(passes: &[&str], from: &Path, to: &Path) -> Outcome {
    let small = ["-Oz", "--converge", "--low-memory-unused", "--one-caller-inline-max-function-size=40"];
    wasm_opt(&[passes, &small].concat(), from, to)
}

fn wasm_opt(passes: &[&str], from: &Path, to: &Path) -> Outcome {
    let strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
    let run = Run::new(npm_bin("wasm-opt")).args(passes).args(strip).args(FEATURES);
    run.arg(from).arg("-o").arg(to).quietly().map(drop)
}
