//! The worked examples of RFC 7515, RFC 7520 and RFC 8037.

use edgeward_core::jose::engine;
use edgeward_vectors::{question::Question, run_crates, sets};

#[test]
fn every_example_verifies() {
    let set = sets::by_name("rfc").unwrap();
    let report = run_crates(set);
    assert_eq!((report.cases, report.verified), (11, 11), "{:#?}", report.failures);
}

#[test]
fn no_example_verifies_another() {
    let groups = &sets::by_name("rfc").unwrap().groups;
    let questions: Vec<_> =
        groups.iter().map(|group| Question::new(&group.key, &group.cases[0].ask).unwrap()).collect();
    for (i, asked) in questions.iter().enumerate() {
        for (j, other) in questions.iter().enumerate() {
            let verdict = engine::verify(&asked.key, asked.alg, &asked.input, &other.signature);
            assert_eq!(verdict.is_ok(), i == j, "{i} with the signature of {j}");
        }
    }
}
