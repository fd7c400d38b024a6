//! npm `wrangler`, on a Node that it runs on.

use crate::paths::at;
use crate::run::Run;
use crate::step::{Failure, Outcome};

/// The configuration of the authority that is used unless another one is named.
pub const AUTHORITY: &str = "edge/authority.toml";

/// Prepares a command of wrangler's for a configuration.
pub fn wrangler(config: &str, arguments: &[&str]) -> Outcome<Run> {
    if !at(config).is_file() {
        return Err(Failure(format!("there is no {config}")));
    }
    let script = at("node_modules/wrangler/bin/wrangler.js");
    if !script.is_file() {
        return Err(Failure("wrangler is missing. Type: cargo xtask setup".to_owned()));
    }
    // It wants a newer Node than the rest, which npm brings along where it can.
    let own = at("node_modules/node22/bin/node");
    let node = if own.is_file() { Run::new(own) } else { Run::new("node") };
    let silent = [("WRANGLER_SEND_METRICS", "false"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")];
    Ok(node.envs(silent).arg(script).args(arguments).arg("--config").arg(at(config)))
}
