//! A private sysroot: Debian's rustc with a standard library for wasm32 that we build from its source.
//!
//! Debian's `rustc-web` brings the sources but no wasm32 library. It is built once, beside the
//! host's library, into a folder with the layout of a rustup toolchain.
//!
//! It is built for size, and so that a panic is a trap and nothing else: nobody reads a panic's
//! message in a browser, and the code that writes it is a tenth of every artefact. Whatever is
//! compiled against it must be so as well, which its `rustc` sees to.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::apt;
use crate::paths::{on_path, private};
use crate::run::Run;
use crate::step::{Context, Failure, Outcome, announce};

/// The one target of every artefact.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler, its cargo, the library's source, the linker and the lints.
const PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22", "rust-web-clippy"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
/// The name under which rustup knows the sysroot: `cargo +wasm-web …`.
const LINKED_AS: &str = "wasm-web";
/// Raised when the folder's layout changes, so that older ones are built again.
const LAYOUT: u32 = 3;
/// A panic is a trap, without a message.
const TRAP: &str = "-Zunstable-options -Cpanic=immediate-abort";

/// Where the sysroot is.
pub fn folder() -> PathBuf {
    private("sysroot")
}

/// Whether the sysroot is there and of the compiler that is installed now.
///
/// Libraries of one rustc fail with another (E0514).
pub fn ready() -> Outcome<bool> {
    let Ok(stamp) = fs::read_to_string(folder().join("stamp")) else { return Ok(false) };
    Ok(Path::new(RUSTC).exists() && stamp == version()?)
}

/// Installs the packages where they are missing, builds the library and links the sysroot.
pub fn make() -> Outcome {
    if !installed() {
        apt::install(&PACKAGES, "A Rust compiler with the source of its standard library")?;
    }
    let compiler = version()?;
    let (built, fresh) = (private("std"), private("sysroot.new"));
    build_library(&built)?;
    remove(&fresh)?;
    lay_out(&built, &fresh)?;
    fs::write(fresh.join("stamp"), compiler).context("cannot write the sysroot's stamp")?;
    remove(&folder())?;
    fs::rename(&fresh, folder()).context("cannot move the sysroot to its place")?;
    remove(&built)?;
    link();
    Ok(())
}

fn installed() -> bool {
    let programs = [RUSTC, CARGO, "/usr/bin/rustdoc", "/usr/bin/rust-lld", "/usr/bin/clippy-driver"];
    let all = programs.iter().chain([&SOURCE]).all(|path| Path::new(path).exists());
    // Debian's older `rustc` has the same paths without a source to build from.
    all && Run::new("dpkg-query").args(["--status", "rustc-web"]).quietly().is_ok()
}

fn version() -> Outcome<String> {
    Ok(format!("layout {LAYOUT}\n{}", Run::new(RUSTC).arg("-vV").quietly()?))
}

/// Builds an empty crate, and the standard library with it.
fn build_library(within: &Path) -> Outcome {
    announce(&format!("building Rust's standard library for {TARGET}, once (about a minute)"));
    fs::create_dir_all(within).context("cannot make a folder for the standard library")?;
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n";
    let profile = "[profile.release]\nopt-level = \"z\"\ncodegen-units = 1\npanic = \"abort\"\n";
    fs::write(within.join("Cargo.toml"), format!("{manifest}{profile}"))
        .context("cannot write Cargo.toml")?;
    fs::write(within.join("lib.rs"), "#![no_std]\n").context("cannot write lib.rs")?;
    Run::new(CARGO)
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .args(["-Zbuild-std=std", "-Zbuild-std-features=optimize_for_size"])
        .arg("--target-dir")
        .arg(within.join("target"))
        .within(within)
        // What the outer cargo and rustup say must not reach the other toolchain.
        .without_envs(["RUSTUP_TOOLCHAIN", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH", "RUSTDOC"])
        // The option belongs to a nightly cargo; the source is of this very compiler.
        .envs([("RUSTC_BOOTSTRAP", "1"), ("RUSTC", RUSTC), ("RUSTFLAGS", TRAP)])
        .quietly()
        .map(drop)
}

/// Makes the layout of a rustup toolchain: `bin` calls Debian's programs with this sysroot.
fn lay_out(built: &Path, sysroot: &Path) -> Outcome {
    let libraries = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries).context("cannot make the sysroot")?;
    let deps = built.join("target").join(TARGET).join("release/deps");
    for entry in deps.read_dir().context("cannot list the standard library")?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(entry.path(), libraries.join(&name)).context("cannot copy the standard library")?;
        }
    }
    if !has_library(&libraries, "libcore-") {
        return Err(Failure("the build of Rust's standard library left no library behind".to_owned()));
    }
    link_host(sysroot)?;
    let bin = sysroot.join("bin");
    fs::create_dir_all(&bin).context("cannot make the sysroot's programs")?;
    wrapper(&bin, "rustc", &compiler_script())?;
    wrapper(&bin, "rustdoc", r#"exec /usr/bin/rustdoc --sysroot "$sysroot" "$@""#)?;
    wrapper(&bin, "cargo-clippy", &lints_script())?;
    symlink(CARGO, bin.join("cargo")).context("cannot link cargo")
}

/// Calls Debian's rustc with this sysroot, and for wasm32 with the way to panic of its library.
fn compiler_script() -> String {
    format!(
        r#"case " $* " in
  *" --target {TARGET} "*) RUSTC_BOOTSTRAP=1 exec {RUSTC} --sysroot "$sysroot" "$@" {TRAP} ;;
  *) exec {RUSTC} --sysroot "$sysroot" "$@" ;;
esac"#
    )
}

/// Clippy's driver compiles by itself, without the script above: it gets the same options from cargo.
fn lints_script() -> String {
    let flags = format!("CARGO_TARGET_{}_RUSTFLAGS", TARGET.to_uppercase().replace('-', "_"));
    format!(
        r#"export SYSROOT="$sysroot" RUSTC_BOOTSTRAP=1 {flags}="{TRAP}"
exec /usr/bin/cargo-clippy "$@""#
    )
}

/// Build scripts and macros run on the host: they use the library that Debian built.
fn link_host(sysroot: &Path) -> Outcome {
    let described = Run::new(RUSTC).arg("-vV").quietly()?;
    let host = described.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure("rustc -vV names no host".to_owned()))?;
    let library = Path::new("/usr/lib/rustlib").join(host);
    symlink(library, sysroot.join("lib/rustlib").join(host)).context("cannot link the host's library")
}

fn wrapper(bin: &Path, name: &str, command: &str) -> Outcome {
    let path = bin.join(name);
    let script = format!("#!/bin/sh\nsysroot=\"$(dirname \"$(dirname \"$0\")\")\"\n{command}\n");
    fs::write(&path, script).context(format!("cannot write {name}"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
        .context(format!("cannot mark {name} executable"))
}

/// Tells rustup, for people who type `cargo +wasm-web`; nothing here depends on it.
///
/// Another clone's link that works stays.
fn link() {
    let works = || Run::new("rustup").args(["run", LINKED_AS, "rustc", "--version"]).quietly().is_ok();
    if on_path("rustup").is_some() && !works() {
        let linked = Run::new("rustup").args(["toolchain", "link", LINKED_AS]).arg(folder()).quietly();
        if let Err(Failure(why)) = linked {
            announce(&format!(
                "rustup did not link the sysroot, which only `cargo +{LINKED_AS}` needs: {why}"
            ));
        }
    }
}

/// Whether a folder of libraries holds one.
pub(super) fn has_library(folder: &Path, prefix: &str) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
}

fn remove(path: &Path) -> Outcome {
    if path.exists() {
        fs::remove_dir_all(path).context(format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}
