//! The engine of kernels, with the tables of each key built before it answers.

use edgeward_core::{
    Error,
    jose::{
        engine,
        kernels::{Beside, Kernels},
    },
};

use crate::{
    model::Set,
    opening,
    question::Question,
    report::{Report, cases, question},
    run_crates,
};

/// How often a signature is asked about until the tables of its key stand.
const GROWING: usize = 16;

/// Runs a set on the kernels, and on the crates what kernels leave to them; what is opened is none
/// of their business.
#[must_use]
pub fn run_kernels(set: &Set) -> (Report, usize) {
    if cases(set).all(|(_, case)| opening::opens(&case.ask)) {
        return (run_crates(set), 0);
    }
    let (mut report, mut kernels, mut decided) = (Report::default(), Kernels::new(), 0);
    for (group, case) in cases(set) {
        let answer = question(group, case).and_then(|q| {
            // One key at a time, so that none is turned away for the others.
            kernels.retain(|material| material == q.key.material());
            let answer = by_kernel(&mut kernels, &q);
            decided += usize::from(answer.is_some());
            answer.unwrap_or_else(|| engine::verify(&q.key, q.alg, &q.input, &q.signature))
        });
        report.take(set, case, &answer);
    }
    (report, decided)
}

/// What a kernel says, if it says something.
pub fn by_kernel(kernels: &mut Kernels, q: &Question) -> Option<Result<(), Error>> {
    (0..GROWING).find_map(|_| kernels.verify(&q.key, q.alg, &q.input, &q.signature, Beside::Crates))
}
