//! Finds, or makes, a Rust toolchain that builds for `wasm32-unknown-unknown`.
//!
//! In this order: the default toolchain has the target; a sysroot that was built earlier;
//! rustup adds the target; a sysroot from Debian's packages.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::sysroot;
use crate::paths::on_path;
use crate::run::Run;
use crate::step::{Failure, Outcome, announce};

pub use super::sysroot::TARGET;

/// A cargo that can build for [`TARGET`], and the environment that it needs.
pub struct Toolchain {
    cargo: PathBuf,
    envs: Vec<(&'static str, OsString)>,
    name: String,
    private: bool,
}

impl Toolchain {
    /// Whether its standard library is the one that is built here, for size.
    pub const fn is_private(&self) -> bool {
        self.private
    }

    /// Prepares `cargo` of this toolchain.
    pub fn cargo(&self) -> Run {
        Run::new(&self.cargo)
            .without_envs(["LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN"])
            .envs(self.envs.iter().cloned())
    }
}

/// Finds a toolchain that is ready, without installing anything.
pub fn find() -> Outcome<Option<Toolchain>> {
    if let Some(version) = default_has_target()? {
        return Ok(Some(Toolchain {
            cargo: default_cargo(),
            envs: Vec::new(),
            name: version,
            private: false,
        }));
    }
    Ok(sysroot::ready()?.then(private_toolchain))
}

/// Finds a toolchain or says how to get one.
pub fn require() -> Outcome<Toolchain> {
    find()?.ok_or_else(|| Failure("no Rust toolchain for wasm32 yet. Type: cargo xtask setup".to_owned()))
}

/// Finds or makes a toolchain and tells which.
pub fn ensure() -> Outcome<String> {
    if let Some(found) = find()? {
        return Ok(found.name);
    }
    if add_with_rustup() {
        return Ok("rustup added the target".to_owned());
    }
    sysroot::make().map_err(|Failure(why)| {
        Failure(format!(
            "No Rust toolchain here builds for {TARGET}. \
             With rustup type: rustup target add {TARGET}\n{why}"
        ))
    })?;
    Ok(private_toolchain().name)
}

fn private_toolchain() -> Toolchain {
    let bin = sysroot::folder().join("bin");
    let mut path = OsString::from(&bin);
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    Toolchain {
        cargo: bin.join("cargo"),
        envs: vec![
            ("RUSTC", bin.join("rustc").into()),
            ("RUSTDOC", bin.join("rustdoc").into()),
            ("PATH", path),
        ],
        name: "Debian's Rust with a private sysroot".to_owned(),
        private: true,
    }
}

/// The cargo that runs this command, so that a `+toolchain` holds for its children.
fn default_cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn default_has_target() -> Outcome<Option<String>> {
    let Ok(libraries) = Run::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).quietly()
    else {
        return Ok(None);
    };
    let has_core = sysroot::has_library(Path::new(libraries.trim()), "libcore-");
    has_core.then(|| Ok(Run::new("rustc").arg("--version").quietly()?.trim().to_owned())).transpose()
}

/// Adds the target, unless this machine forbids rustup to download.
fn add_with_rustup() -> bool {
    let forbidden = env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0");
    if forbidden || on_path("rustup").is_none() {
        return false;
    }
    announce(&format!("rustup target add {TARGET}"));
    Run::new("rustup").args(["target", "add", TARGET]).quietly().is_ok()
}
