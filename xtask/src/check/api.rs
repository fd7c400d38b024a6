//! What is made from the authority's table of operations, and the check that it still is what the table says.

use std::fs;

use crate::paths::at;
use crate::run::Run;
use crate::step::{Context, Failure, Outcome};

/// Each file, and the word by which the example of the authority prints it.
const MADE: [(&str, &str); 3] = [
    ("docs/api.md", "reference"),
    ("pkg/src/api/operations.d.ts", "types"),
    ("pkg/src/api/operations.js", "methods"),
];

/// Holds the files against the code.
pub fn check() -> Outcome<String> {
    let mut stale = Vec::new();
    for (path, word) in MADE {
        let made = print(word)?;
        if fs::read_to_string(at(path)).map_or(true, |written| written != made) {
            stale.push(path);
        }
    }
    match stale.as_slice() {
        [] => Ok("the reference, the types and the methods are what the table says".to_owned()),
        _ => Err(Failure(format!(
            "not what the table of operations says: {}. Type: cargo xtask api --write",
            stale.join(", ")
        ))),
    }
}

/// Writes the files.
pub fn write() -> Outcome {
    for (path, word) in MADE {
        fs::write(at(path), print(word)?).context(format!("cannot write {path}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

fn print(word: &str) -> Outcome<String> {
    let example = ["run", "--quiet", "--package", "edgeward-authority", "--example", "documents", "--"];
    Run::new("cargo").args(example).arg(word).quietly()
}
