//! `cargo xtask deploy [CONFIG]`: builds the Worker, brings its database up to date, and publishes it.

use crate::build::{self, Artefact};
use crate::setup::{self, Need};
use crate::step::{Failure, Outcome};
use crate::wrangler::{AUTHORITY, wrangler};

/// Does it, or with `--dry-run` all that needs no account.
pub fn run(arguments: &[&str]) -> Outcome {
    let (config, dry) = match arguments {
        [] => (AUTHORITY, false),
        ["--dry-run"] => (AUTHORITY, true),
        [config] => (*config, false),
        [config, "--dry-run"] => (*config, true),
        _ => return Err(Failure("cargo xtask deploy [CONFIG] [--dry-run]".to_owned())),
    };
    setup::run(Need::Build)?;
    build::build(&[Artefact::Worker])?;
    println!();
    if dry {
        return wrangler(config, &["deploy", "--dry-run"])?.succeed();
    }
    // Migrations only add, so the Worker that runs until the new one is there goes on with them.
    if has_database(config)? {
        wrangler(config, &["d1", "migrations", "apply", "DB", "--remote"])?.succeed()?;
    }
    wrangler(config, &["deploy"])?.succeed()
}

/// Whether the configuration has a database with migrations.
fn has_database(config: &str) -> Outcome<bool> {
    let text = std::fs::read_to_string(crate::paths::at(config))
        .map_err(|error| Failure(format!("cannot read {config}: {error}")))?;
    let table: toml::Table = text.parse().map_err(|error| Failure(format!("{config}: {error}")))?;
    let databases = table.get("d1_databases").and_then(toml::Value::as_array);
    Ok(databases.is_some_and(|all| all.iter().any(|one| one.get("migrations_dir").is_some())))
}
