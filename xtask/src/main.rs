//! Every developer command of edgeward: `cargo xtask setup | build | dev | check | test | bench`.

mod admin;
mod build;
mod check;
mod deploy;
mod dev;
mod differential;
mod doctor;
mod fuzz;
mod paths;
mod run;
mod setup;
mod stamp;
mod step;
mod test;
mod wrangler;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use step::{Failure, Outcome, took};

const USAGE: &str = "\
cargo xtask setup [--tests]   make this machine ready; --tests adds a browser and cargo-deny
cargo xtask build [WHAT…]     worker, client, oauth, verifier, pkg, vectors (default: worker pkg)
cargo xtask dev [EXAMPLE]     an example with everything around it, until Ctrl-C (default: spa)
cargo xtask check [PART]      fmt, layers, clippy, docs, deny, errors, api, coverage, sizes
cargo xtask test [PART]       check, native, model, fuzz, differential, node, platform, browser, workerd, packaging, race, peers, agent, react, server, e2e
cargo xtask bench NAME […]    a comparison of bench/
cargo xtask differential [COUNT [SEED]]  our answers and other libraries' to altered tokens
cargo xtask differential kernels [COUNT [SEED]]  the kernels' and the crates' to altered signatures
cargo xtask fuzz [TARGET [SECONDS]]  one fuzz target or all, for a minute each
cargo xtask doctor CONFIG     what is wrong with a gateway's configuration; --live asks its issuers
cargo xtask deploy [CONFIG]   builds the authority, brings its database up to date, publishes it; --dry-run
cargo xtask admin WHO         makes a user an administrator, by e-mail address or id; --create, --remote
cargo xtask admin rotate-key  has a running authority sign with another key; --now for one that has leaked
cargo xtask admin reseal      has a running authority seal everything under its current secret
cargo xtask errors --write    docs/errors.md from core's table of codes
cargo xtask api --write       docs/api.md and edgeward/api from the authority's table of operations
cargo xtask screenshot        the README's picture of the example";

/// What a shell expects of a command that was interrupted.
const INTERRUPTED: i32 = 130;

fn main() -> ExitCode {
    let begun = Instant::now();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let stop = ctrlc::set_handler(|| {
        run::stop_all();
        println!("\nstopped");
        std::process::exit(INTERRUPTED);
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
        ["dev"] => dev::dev(None),
        ["dev", example] => dev::dev(Some(example)),
        ["check"] => check::run(None),
        ["check", part] => check::run(Some(part)),
        ["test"] => test::run(None),
        ["test", part] => test::run(Some(part)),
        ["bench", name, args @ ..] => dev::bench(name, args),
        ["differential", args @ ..] => differential::run(args),
        ["fuzz"] => fuzz::run(None, 60).map(drop),
        ["fuzz", target] => fuzz::run(Some(target), 60).map(drop),
        ["fuzz", target, seconds] => {
            let seconds =
                seconds.parse().map_err(|_| Failure(format!("{seconds} is no number of seconds")))?;
            fuzz::run(Some(*target).filter(|target| *target != "all"), seconds).map(drop)
        }
        ["doctor", args @ ..] => doctor::run(args),
        ["deploy", args @ ..] => deploy::run(args),
        ["admin", args @ ..] => admin::run(args),
        ["errors", "--write"] => check::write_errors(),
        ["api", "--write"] => check::write_api(),
        ["screenshot", args @ ..] => dev::screenshot(args),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(Failure(format!("unknown command; these are known:\n{USAGE}"))),
    }
}
