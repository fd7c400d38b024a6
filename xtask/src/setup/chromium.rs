//! A Chromium for the browser tests.

use std::env;
use std::path::PathBuf;

use super::apt;
use crate::paths::{on_path, shown};
use crate::step::{Failure, Outcome};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Finds the browser: `EDGEWARD_CHROMIUM`, else one on `PATH`.
pub fn find() -> Option<PathBuf> {
    let named = env::var_os("EDGEWARD_CHROMIUM").map(PathBuf::from);
    named
        .or_else(|| NAMES.iter().find_map(|name| on_path(name)))
        .or_else(|| Some(PathBuf::from(MAC)))
        .filter(|path| path.is_file())
}

/// Finds the browser or installs Debian's.
pub fn ensure() -> Outcome<String> {
    if let Some(found) = find() {
        return Ok(shown(&found));
    }
    if let Some(named) = env::var_os("EDGEWARD_CHROMIUM") {
        return Err(Failure(format!("EDGEWARD_CHROMIUM names {}, which is no file", named.display())));
    }
    apt::install(
        &["chromium", "chromium-driver"],
        "Chromium, for the browser tests (or set EDGEWARD_CHROMIUM),",
    )?;
    find().map(|found| shown(&found)).ok_or_else(|| Failure("apt-get installed no chromium".to_owned()))
}
