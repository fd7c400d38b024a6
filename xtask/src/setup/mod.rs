//! `cargo xtask setup`: makes this machine ready, and says so quickly when it already is.

mod apt;
mod chromium;
mod compiler;
mod deny;
mod node;
mod sysroot;
pub mod wasm;

pub use chromium::find as chromium;
pub use deny::find as cargo_deny;

use crate::step::{Outcome, step};

/// What the machine must be able to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Build and run.
    Build,
    /// Build, check and test.
    Tests,
}

/// Makes the machine ready.
///
/// # Errors
/// A sentence that names what is missing and how to install it.
pub fn run(need: Need) -> Outcome {
    println!("setup");
    step("wasm32 toolchain", wasm::ensure)?;
    step("Node and npm", node::versions)?;
    step("npm packages", node::packages)?;
    if need == Need::Tests {
        step("Chromium", chromium::ensure)?;
        step("cargo-deny", deny::ensure)?;
        step("C++ compiler", compiler::ensure)?;
    }
    Ok(())
}
