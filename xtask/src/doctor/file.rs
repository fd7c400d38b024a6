//! The file that is examined: `wrangler.toml`, the same as JSON, or the gateway's settings alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::step::{Context, Failure, Outcome};

/// A configuration as it is written.
pub struct File {
    /// The variable `EDGEWARD`.
    pub gateway: Value,
    /// Everything around it: what wrangler deploys. Null for the settings alone.
    pub deployment: Value,
    /// The secrets of `.dev.vars` beside the file, by name.
    pub development_secrets: BTreeMap<String, String>,
}

impl File {
    /// Reads a file, and `.dev.vars` beside it.
    pub fn read(path: &Path) -> Outcome<Self> {
        let name = path.display();
        let text = fs::read_to_string(path).context(format!("cannot read {name}"))?;
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let whole = if is_json {
            serde_json::from_str(&text).context(format!("{name} is no JSON"))?
        } else {
            toml::from_str::<Value>(&text).context(format!("{name} is no TOML"))?
        };
        let variables = fs::read_to_string(path.with_file_name(".dev.vars")).unwrap_or_default();
        Self::of(whole, &variables)
    }

    /// Takes a document apart.
    pub fn of(whole: Value, variables: &str) -> Outcome<Self> {
        let development_secrets = variables.lines().filter_map(variable).collect();
        if whole.get("issuers").is_some() {
            return Ok(Self { gateway: whole, deployment: Value::Null, development_secrets });
        }
        let gateway = match whole.pointer("/vars/EDGEWARD") {
            Some(Value::String(text)) => serde_json::from_str(text).context("EDGEWARD is no JSON")?,
            Some(table) => table.clone(),
            None => {
                return Err(Failure("There is neither a variable EDGEWARD nor a list of issuers.".into()));
            }
        };
        Ok(Self { gateway, deployment: whole, development_secrets })
    }
}

/// `NAME=value` or `NAME="value"`.
fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=').filter(|_| !line.trim_start().starts_with('#'))?;
    let value = value.trim();
    let bare = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    Some((name.trim().to_owned(), bare.unwrap_or(value).to_owned()))
}
