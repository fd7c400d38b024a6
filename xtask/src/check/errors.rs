//! `docs/errors.md` is written from core's table of codes; the check is that it still is.

use std::fs;

use crate::paths::at;
use crate::run::Run;
use crate::step::{Context, Failure, Outcome};

const PAGE: &str = "docs/errors.md";

/// Holds the page against the code.
pub fn check() -> Outcome<String> {
    if fs::read_to_string(at(PAGE)).is_ok_and(|written| Ok(written) == render().map_err(drop)) {
        return Ok(format!("{PAGE} is what the code says"));
    }
    render()?;
    Err(Failure(format!("{PAGE} is not what the code says. Type: cargo xtask errors --write")))
}

/// Writes the page.
pub fn write() -> Outcome {
    fs::create_dir_all(at("docs")).context("cannot make docs")?;
    fs::write(at(PAGE), render()?).context(format!("cannot write {PAGE}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// An example of core prints the page: xtask itself builds without core, and runs when core does not compile.
fn render() -> Outcome<String> {
    Run::new("cargo")
        .args([
            "run",
            "--quiet",
            "--package",
            "edgeward-core",
            "--features",
            "authority,oauth,shell",
            "--example",
            "errors",
        ])
        .quietly()
}
