//! One crate to one wasm file, as cargo leaves it.

use std::env;
use std::path::{Path, PathBuf};

use crate::paths::{root, target};
use crate::setup::wasm::{TARGET, Toolchain};
use crate::step::Outcome;

/// What an artefact is built for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// To be loaded by a page before anything else: small above all.
    Page,
    /// To be downloaded: small, and for every WebAssembly.
    Download,
    /// To serve: fast, with fused lanes, where WebAssembly has them.
    Serve,
    /// To run at Cloudflare: fast where tokens are verified, with the same lanes, and small elsewhere.
    Worker,
}

/// Builds a crate for release, with cargo's arguments about its features, and tells where its wasm is.
///
/// One crate at a time: cargo unifies features over everything in one call, and the exports
/// and features of one artefact must not leak into another.
pub fn compile(toolchain: &Toolchain, package: &str, features: &[&str], aim: Aim) -> Outcome<PathBuf> {
    let (profile, folder) = match aim {
        Aim::Download => ("release", target("")),
        // With other flags cargo would build everything anew, each time in the place of the other.
        Aim::Page => ("release", target("page")),
        Aim::Serve => ("server", target("server")),
        Aim::Worker => ("worker", target("server")),
    };
    toolchain
        .cargo()
        .args(["build", "--profile", profile, "--lib", "--target", TARGET, "--package", package])
        .args(features)
        .envs([("CARGO_ENCODED_RUSTFLAGS", flags(aim, toolchain))])
        .envs([("CARGO_TARGET_DIR", &folder)])
        .succeed()?;
    Ok(folder.join(TARGET).join(profile).join(format!("{}.wasm", package.replace('-', "_"))))
}

/// Keeps the paths of this machine out of what is published; they are in every panic message.
fn flags(aim: Aim, toolchain: &Toolchain) -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src"));
    let renamed = [(Some(root().to_owned()), "edgeward"), (registry, "crates")];
    let flags = renamed
        .into_iter()
        .filter_map(|(path, name)| Some(format!("--remap-path-prefix={}={name}", path?.display())));
    let more: &[&str] = match aim {
        Aim::Page if toolchain.is_private() => &[COMPACT, INLINED, COPIED, WITHOUT_LOCATIONS, INLINED_EARLY],
        Aim::Page => &[COMPACT, INLINED],
        Aim::Download => &[COMPACT],
        Aim::Serve | Aim::Worker => &["-Ctarget-feature=+simd128,+relaxed-simd"],
    };
    flags.chain(more.iter().map(|flag| (*flag).to_owned())).collect::<Vec<_>>().join("\u{1f}")
}

/// SHA-2 as loops: 18 KB less than unrolled, and a token is hashed in microseconds either way.
const COMPACT: &str = "--cfg=sha2_backend_soft=\"compact\"";
/// A call costs what a few instructions do; for size, LLVM moves less than that into its callers.
const INLINED: &str = "-Cllvm-args=-inline-threshold=15";
/// What is longer than one store is copied by the instruction for it: half as long as loads and stores, and
/// slower only where nothing here waits for it. An LLVM of another toolchain may not know it.
const COPIED: &str = "-Cllvm-args=-max-store-memcpy=1";
/// The places of panics, which go into messages that this library does not write.
const WITHOUT_LOCATIONS: &str = "-Zlocation-detail=none";
/// What the compiler does before LLVM when it optimises for time: half of it are wrappers that vanish.
const INLINED_EARLY: &str = "-Zinline-mir=yes";
