//! `cargo xtask check layers`: who may name whom.

mod crates;
mod javascript;
mod modules;
mod tokens;
mod worker;

use std::path::{Path, PathBuf};

use crate::paths::at;
use crate::stamp::under;
use crate::step::{Failure, Outcome};

/// Holds every import against the architecture.
pub fn check() -> Outcome<String> {
    let found =
        [crates::violations()?, modules::violations()?, worker::violations()?, javascript::violations()?];
    match found.concat().as_slice() {
        [] => Ok("every import points downwards".to_owned()),
        violations => Err(Failure(violations.join("\n"))),
    }
}

/// The files under a folder of the workspace whose name ends so.
fn sources(folder: &str, endings: &[&str]) -> Outcome<Vec<PathBuf>> {
    let files = under(&at(folder))?.into_iter();
    let ends = |path: &Path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
    Ok(files.filter(|path| ends(path)).collect())
}
