//! What is fuzzed: functions of bytes that panic where a rule is broken.
//!
//! `fuzz/` puts each of them under libFuzzer; `tests/targets.rs` runs them on their seeds.

mod answers;
mod claims;
mod client;
mod documents;
mod requests;
mod seeds;
mod tokens;

use core::str;

pub use answers::{introspection, jwe, session};
pub use claims::{claims, json};
pub use client::{authenticate, grants};
pub use documents::{config, discovery, jwks, oauth};
pub use requests::{challenge, credential, proof, route};
pub use seeds::seeds;
pub use tokens::{jws, token};

/// A target: its name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. `fuzz/fuzz_targets` has a file for each.
pub const TARGETS: [Target; 17] = [
    ("authenticate", authenticate),
    ("challenge", challenge),
    ("claims", claims),
    ("config", config),
    ("credential", credential),
    ("discovery", discovery),
    ("grants", grants),
    ("introspection", introspection),
    ("json", json),
    ("jwe", jwe),
    ("jwks", jwks),
    ("jws", jws),
    ("oauth", oauth),
    ("proof", proof),
    ("route", route),
    ("session", session),
    ("token", token),
];

/// The input as text; what is no UTF-8 reaches these functions nowhere.
fn text(data: &[u8]) -> Option<&str> {
    str::from_utf8(data).ok()
}

/// The input in lines: the first, and the rest.
fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
