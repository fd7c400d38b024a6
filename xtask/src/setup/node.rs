//! Node, npm and the packages of `package-lock.json`.

use std::fs;

use crate::paths::{at, on_path};
use crate::run::Run;
use crate::stamp::Stamp;
use crate::step::{Context, Failure, Outcome, announce};

/// The oldest Node that every tool here runs on.
const OLDEST: u32 = 20;

/// Tells the versions of Node and npm.
pub fn versions() -> Outcome<String> {
    let install = format!(
        "Install Node {OLDEST} or later with npm: https://nodejs.org, or on Debian: apt-get install nodejs npm"
    );
    if on_path("node").is_none() || on_path("npm").is_none() {
        return Err(Failure(format!("Node or npm is missing. {install}")));
    }
    let node = Run::new("node").arg("--version").quietly()?;
    let major =
        node.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(Failure(format!("Node {} is too old. {install}", node.trim())));
    }
    Ok(format!("Node {}", node.trim()))
}

/// Installs the packages, unless the lock file is the one that was installed last.
pub fn packages() -> Outcome<String> {
    let installed =
        Stamp::at(at("node_modules/.edgeward-lock"), |hash| hash.files([at("package-lock.json")]))?;
    if installed.is_fresh() && at("node_modules/.package-lock.json").exists() {
        return Ok("unchanged".to_owned());
    }
    announce("npm ci");
    Run::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).quietly()?;
    installed.write()?;
    let count = fs::read_dir(at("node_modules")).context("cannot list node_modules")?.count();
    Ok(format!("installed, {count} folders"))
}
