//! Where things are: the workspace, its build folders and the tools on `PATH`.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A path inside the workspace.
pub fn at(path: impl AsRef<Path>) -> PathBuf {
    root().join(path)
}

/// What this machine keeps for the workspace between builds: sysroot, tools, the state of `dev`.
pub fn private(path: impl AsRef<Path>) -> PathBuf {
    at(".edgeward").join(path)
}

/// Cargo's target folder.
pub fn target(path: impl AsRef<Path>) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), |folder| root().join(folder)).join(path)
}

/// A tool that `npm ci` installed.
pub fn npm_bin(name: &str) -> PathBuf {
    at("node_modules/.bin").join(name)
}

/// The path as a person in the workspace's root would type it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Finds a program on `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
