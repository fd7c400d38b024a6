//! Tokens that a verifier must refuse, and those that it must not, each with its reason.
//!
//! `corpus.json` is written by `generate/corpus.mjs` from fixed keys; what it holds is told in
//! `README.md`.

// A tool for tests: a broken corpus may stop it.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod corpus;
pub mod setting;
pub mod targets;

pub use corpus::{CORPUS, Corpus, Entry, Expect};
pub use setting::Judge;
