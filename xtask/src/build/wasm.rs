//! One crate to one wasm file, as cargo leaves it.

use std::env;
use std::path::{Path, PathBuf};

use crate::paths::{root, target};
use crate::setup::wasm::{TARGET, Toolchain};
use crate::step::Outcome;

/// Builds a crate for release, with cargo's arguments about its features, and tells where its wasm is.
///
/// One crate at a time: cargo unifies features over everything in one call, and the exports
/// and features of one artefact must not leak into another.
pub fn compile(toolchain: &Toolchain, package: &str, features: &[&str]) -> Outcome<PathBuf> {
    toolchain
        .cargo()
        .args(["build", "--release", "--lib", "--target", TARGET, "--package", package])
        .args(features)
        .envs([("CARGO_ENCODED_RUSTFLAGS", flags())])
        .succeed()?;
    Ok(target(TARGET).join("release").join(format!("{}.wasm", package.replace('-', "_"))))
}

/// Keeps the paths of this machine out of what is published; they are in every panic message.
fn flags() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src"));
    let renamed = [(Some(root().to_owned()), "edgeward"), (registry, "crates")];
    let flags = renamed
        .into_iter()
        .filter_map(|(path, name)| Some(format!("--remap-path-prefix={}={name}", path?.display())));
    // SHA-2 as loops: 18 KB less than unrolled, and a token is hashed in microseconds either way.
    let compact = "--cfg=sha2_backend_soft=\"compact\"".to_owned();
    flags.chain([compact]).collect::<Vec<_>>().join("\u{1f}")
}
