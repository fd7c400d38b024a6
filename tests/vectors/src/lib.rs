//! Published test vectors against every signature engine of edgeward.
//!
//! The engines of crates and of kernels are run natively and as WebAssembly, WebCrypto in Node, Chromium and
//! workerd; every answer has to be that of the file, and all have to answer alike.
//! What is run and how many cases there are is in `README.md`.

// A tool for tests: a broken vector file may stop it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod exceptions;
pub mod kernels;
pub mod model;
pub mod opening;
pub mod question;
pub mod report;
pub mod seam;
pub mod sets;
pub mod tokens;
#[cfg(target_arch = "wasm32")]
pub mod web;

use edgeward_core::{Code, jose::engine};
use model::Set;
use opening::DecryptRsa;
use report::{Report, cases, compare, question};

/// Runs a set on the engine of crates, which decrypts no RSA.
#[must_use]
pub fn run_crates(set: &Set) -> Report {
    run_with_rsa(set, &|_, _| Err(Code::AlgorithmUnsupported.into()))
}

/// Runs a set on the engine of crates, with an RSA decryption from outside.
#[must_use]
pub fn run_with_rsa(set: &Set, rsa: DecryptRsa<'_>) -> Report {
    let mut report = Report::default();
    for (group, case) in cases(set) {
        let answer = if opening::opens(&case.ask) {
            compare(case, opening::by_crates(&group.key, &case.ask, rsa))
        } else {
            question(group, case).and_then(|q| engine::verify(&q.key, q.alg, &q.input, &q.signature))
        };
        report.take(set, case, &answer);
    }
    report
}
