//! Debian's packages, where there is a Debian and we may install.

use crate::paths::on_path;
use crate::run::Run;
use crate::step::{Failure, Outcome, announce};

/// Installs packages.
///
/// # Errors
/// A sentence with the command to type, where this user may not install or the machine is no Debian.
pub fn install(packages: &[&str], what_for: &str) -> Outcome {
    let list = packages.join(" ");
    if on_path("apt-get").is_none() {
        return Err(Failure(format!("{what_for} is missing. On Debian it is: apt-get install {list}")));
    }
    if !is_root()? {
        return Err(Failure(format!(
            "{what_for} is missing. Type: sudo apt-get update && sudo apt-get install --no-install-recommends {list}"
        )));
    }
    announce(&format!("installing Debian packages: {list}"));
    if !known(packages) {
        apt(&["update"])?;
    }
    let install = ["install", "--yes", "--no-install-recommends"];
    let installed = apt(&[&install[..], packages].concat());
    // The index may be older than the archive: with a fresh one the second attempt finds the files.
    installed.or_else(|_| apt(&["update"]).and_then(|()| apt(&[&install[..], packages].concat())))
}

fn apt(args: &[&str]) -> Outcome {
    let run = Run::new("apt-get").arg("-qq").args(args).envs([("DEBIAN_FRONTEND", "noninteractive")]);
    run.quietly().map(drop)
}

fn known(packages: &[&str]) -> bool {
    Run::new("apt-cache").arg("show").args(packages).quietly().is_ok()
}

fn is_root() -> Outcome<bool> {
    Ok(Run::new("id").arg("-u").quietly()?.trim() == "0")
}
