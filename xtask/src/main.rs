//! Every developer command of edgeward: `cargo xtask setup | build | dev | check | test | bench`.

mod build;
mod paths;
mod run;
mod setup;
mod stamp;
mod step;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use step::{Failure, Outcome, took};

const USAGE: &str = "\
cargo xtask setup [--tests]   make this machine ready; --tests adds a browser and cargo-deny
cargo xtask build [WHAT…]     worker, client, verifier, pkg, vectors (default: worker pkg)";

fn main() -> ExitCode {
    let begun = Instant::now();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let stop = ctrlc::set_handler(|| {
        run::stop_all();
        std::process::exit(130);
    });
    let ended = stop.map_err(|error| Failure(error.to_string())).and_then(|()| dispatch(&arguments));
    match ended {
        Ok(()) => {
            println!("done in {}", took(begun.elapsed()));
            ExitCode::SUCCESS
        }
        Err(Failure(why)) => {
            eprintln!("\n{why}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["setup"] => setup::run(setup::Need::Build),
        ["setup", "--tests"] => setup::run(setup::Need::Tests),
        ["build", what @ ..] => build::run(what),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure(format!("unknown command; these are known:\n{USAGE}"))),
    }
}
