//! `cargo xtask doctor CONFIG [--live]`: what is wrong with a gateway's configuration, or will be,
//! each finding in a sentence.
//!
//! The configuration is read by the gateway's own reader: what passes here passes there.

mod deployment;
mod file;
mod finding;
mod keys;
mod live;
mod routes;
mod secrets;
mod settings;

use std::path::Path;

use edgeward_config::Config;

use self::file::File;
use self::finding::{Finding, Severity};
use crate::step::{Failure, Outcome};

/// Examines a configuration, prints what it found, and ends with 0 if nothing has to change, 1 if
/// something should, 2 if something must.
pub fn run(arguments: &[&str]) -> Outcome {
    let (path, live) = match arguments {
        [path] | [path, "--offline"] => (path, false),
        [path, "--live"] | ["--live", path] => (path, true),
        _ => return Err(Failure("cargo xtask doctor CONFIG [--live]".to_owned())),
    };
    let file = File::read(Path::new(path))?;
    let findings = examine(&file, live)?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().map(|finding| finding.severity).max() {
        None | Some(Severity::Note) => {
            println!("nothing has to change");
            Ok(())
        }
        Some(Severity::Warning) => std::process::exit(1),
        Some(Severity::Error) => std::process::exit(2),
    }
}

/// Everything there is to say, the worst first.
fn examine(file: &File, live: bool) -> Outcome<Vec<Finding>> {
    let mut findings = deployment::findings(file);
    findings.extend(secrets::findings(file));
    match Config::parse(&file.gateway.to_string()) {
        Err(error) => {
            findings.push(Finding::error(format!("The gateway refuses this configuration. {error}")))
        }
        Ok(config) => {
            findings.extend(settings::findings(&config));
            findings.extend(routes::findings(&file.gateway));
            if live {
                findings.extend(live::findings(&config)?);
            }
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings)
}

#[cfg(test)]
mod tests;
