//! A C++ compiler: libFuzzer is written in C++.

use super::apt;
use crate::paths::{on_path, shown};
use crate::step::Outcome;

/// Finds one or installs Debian's.
pub fn ensure() -> Outcome<String> {
    if let Some(found) = ["c++", "g++", "clang++"].into_iter().find_map(on_path) {
        return Ok(shown(&found));
    }
    apt::install(&["g++"], "a C++ compiler")?;
    Ok("installed".to_owned())
}
