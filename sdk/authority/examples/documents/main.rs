//! Prints what is made from the table of operations: `cargo xtask api --write` keeps it where it belongs.

mod methods;
mod reference;
mod sample;
mod typescript;

use std::process::ExitCode;

use edgeward_authority::surface::openapi;

fn main() -> ExitCode {
    let document = match std::env::args().nth(1).as_deref() {
        Some("reference") => reference::page(),
        Some("types") => typescript::declarations(),
        Some("methods") => methods::module(),
        Some("openapi") => openapi::document("https://auth.example").to_text() + "\n",
        _ => {
            eprintln!("documents reference | types | methods | openapi");
            return ExitCode::FAILURE;
        }
    };
    print!("{document}");
    ExitCode::SUCCESS
}
