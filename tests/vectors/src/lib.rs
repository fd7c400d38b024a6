//! Published test vectors against every signature engine of edgeward.
//!
//! The engine of crates is run natively and as WebAssembly, WebCrypto in Node, Chromium and
//! workerd; every answer has to be that of the file, and the two have to answer alike.
//! What is run and how many cases there are is in `README.md`.

// A tool for tests: a broken vector file may stop it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod exceptions;
pub mod model;
pub mod question;
pub mod report;
pub mod seam;
pub mod sets;
pub mod tokens;
#[cfg(target_arch = "wasm32")]
pub mod web;

use edgeward_core::jose::engine;
use model::Set;
use report::{Report, questions};

/// Runs a set on the engine of crates.
#[must_use]
pub fn run_crates(set: &Set) -> Report {
    let mut report = Report::default();
    for (case, question) in questions(set) {
        let answer = question.and_then(|q| engine::verify(&q.key, q.alg, &q.input, &q.signature));
        report.take(set, case, &answer);
    }
    report
}
