//! What an engine made of a set.

use edgeward_core::{Code, Error, base64url};
use serde::Serialize;

use crate::{
    exceptions,
    model::{Case, Group, Set},
    question::Question,
};

/// An engine's answers to one set.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many cases there are.
    pub cases: usize,
    /// How many were answered as they should be.
    pub passed: usize,
    /// How many of those verified.
    pub verified: usize,
    /// How many are good signatures that JOSE refuses, by rule.
    pub by_rule: usize,
    /// How many are pinned exceptions.
    pub excepted: usize,
    /// How many the engine has no algorithm for.
    pub unsupported: usize,
    /// The wrong answers.
    pub failures: Vec<Failure>,
    /// Every answer in order: `ok`, or the code of the error.
    pub answers: Vec<&'static str>,
}

/// A wrong answer.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// The `tcId`.
    pub id: u32,
    /// What the file says of the case.
    pub comment: String,
    /// Whether it should have verified.
    pub verifies: bool,
    /// The answer: `ok`, or the code of the error.
    pub answer: &'static str,
}

impl Report {
    /// Takes the answer to the next case.
    pub fn take(&mut self, set: &Set, case: &Case, answer: &Result<(), Error>) {
        let answer = answer.as_ref().map_or_else(|error| error.code.as_str(), |()| "ok");
        self.cases += 1;
        self.answers.push(answer);
        if answer == Code::AlgorithmUnsupported.as_str() {
            self.unsupported += 1;
            return;
        }
        let excepted = exceptions::of(&set.name, case.id).is_some();
        let verifies = case.verifies != excepted;
        let pinned = case.refusal.as_deref().is_none_or(|refusal| refusal == answer);
        if verifies != (answer == "ok") || !pinned {
            self.failures.push(Failure { id: case.id, comment: case.comment.clone(), verifies, answer });
            return;
        }
        self.passed += 1;
        self.verified += usize::from(verifies);
        self.by_rule += usize::from(case.rule.is_some());
        self.excepted += usize::from(excepted);
    }
}

/// The question of a case, or the error that stands before the engine.
///
/// # Errors
/// Those of [`Question::new`].
pub fn question(group: &Group, case: &Case) -> Result<Question, Error> {
    Question::new(&group.key, &case.ask)
}

/// Every case of a set, with its group.
pub fn cases(set: &Set) -> impl Iterator<Item = (&Group, &Case)> {
    set.groups.iter().flat_map(|group| group.cases.iter().map(move |case| (group, case)))
}

/// Whether what was opened is what the file says; anything else is an error that no case expects.
///
/// # Errors
/// The opening's own; `internal_error`: something else came out.
pub fn compare(case: &Case, opened: Result<Vec<u8>, Error>) -> Result<(), Error> {
    let opened = base64url::encode(&opened?);
    match &case.output {
        Some(output) if *output != opened => Err(Code::InternalError.into()),
        _ => Ok(()),
    }
}
