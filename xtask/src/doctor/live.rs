//! What issuers really publish.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use edgeward_config::{Config, Issuer, KeySource};
use edgeward_core::http::{Address, Reach, Request, Response};
use edgeward_core::jose::KeySet;
use edgeward_core::oauth::discovery;
use serde_json::{Value, json};

use super::finding::Finding;
use super::keys;
use crate::step::{Context, Failure, Outcome};

/// How Node fetches: without following redirects, with a deadline.
const SCRIPT: &str = include_str!("fetch.mjs");
/// How far an issuer's clock may be off before it is said, in seconds.
const SKEW: i64 = 5;

/// Asks each issuer as the gateway would.
pub fn findings(config: &Config) -> Outcome<Vec<Finding>> {
    let mut findings = Vec::new();
    for issuer in &config.issuers {
        findings.extend(examined(issuer, config.reach)?);
    }
    Ok(findings)
}

fn examined(issuer: &Issuer, reach: Reach) -> Outcome<Vec<Finding>> {
    let name = &issuer.policy.issuer;
    let address = match &issuer.keys {
        KeySource::Jwks(address, _) => Ok(address.clone()),
        KeySource::Discovery(_) => discovered(name, reach)?,
        KeySource::Inline(set) => return Ok(keys::findings(name, &issuer.policy.algorithms, set)),
        KeySource::Secrets(_) => return Ok(Vec::new()),
    };
    let address = match address {
        Ok(address) => address,
        Err(finding) => return Ok(vec![finding]),
    };
    let response = match send(&Request::get_json(&address))? {
        Ok(response) => response,
        Err(why) => {
            return Ok(vec![Finding::error(format!("{name}: {} cannot be read: {why}", address.as_str()))]);
        }
    };
    let mut findings: Vec<Finding> = skew(name, &response).into_iter().collect();
    match KeySet::parse(&response.body).map_err(|error| error.to_string()) {
        Ok(set) if response.status == 200 => {
            findings.extend(keys::findings(name, &issuer.policy.algorithms, &set));
        }
        Ok(_) => findings.push(refused(name, &address, &response)),
        Err(_) if response.status != 200 => findings.push(refused(name, &address, &response)),
        Err(why) => {
            findings.push(Finding::error(format!("{name}: {} is no key set: {why}", address.as_str())))
        }
    }
    Ok(findings)
}

/// Where the issuer's metadata say that its keys are.
fn discovered(name: &str, reach: Reach) -> Outcome<Result<Address, Finding>> {
    let issuer =
        discovery::Issuer::parse(name, reach).map_err(|error| Failure(format!("{name}: {error}")))?;
    for request in discovery::requests(&issuer) {
        let response = match send(&request)? {
            Ok(response) => response,
            Err(why) => {
                return Ok(Err(Finding::error(format!("{name}: {} cannot be read: {why}", request.url))));
            }
        };
        if (300..400).contains(&response.status) {
            let place = Address::parse(&request.url, reach).map_err(|error| Failure(error.to_string()))?;
            return Ok(Err(refused(name, &place, &response)));
        }
        match discovery::key_set_address(&issuer, &response) {
            Ok(Some(address)) => return Ok(Ok(address)),
            Ok(None) => {}
            Err(error) => return Ok(Err(Finding::error(format!("{name}: {}: {error}", request.url)))),
        }
    }
    Ok(Err(Finding::error(format!("{name} publishes no metadata; give jwks_uri."))))
}

fn refused(name: &str, address: &Address, response: &Response) -> Finding {
    let place = address.as_str();
    if (300..400).contains(&response.status) {
        let to = response.header("location").unwrap_or("nowhere");
        return Finding::error(format!(
            "{name}: {place} redirects to {to}. Redirects are not followed: configure the address that it leads to."
        ));
    }
    Finding::error(format!("{name}: {place} answers with status {}.", response.status))
}

fn skew(name: &str, response: &Response) -> Option<Finding> {
    let theirs: i64 = response.header("x-doctor-date")?.parse().ok()?;
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let off = theirs - i64::try_from(ours).ok()?;
    let said = format!(
        "The clock of {name} is {} seconds {} this machine's.",
        off.abs(),
        if off > 0 { "ahead of" } else { "behind" }
    );
    match off.abs() {
        0..=SKEW => None,
        6..=60 => Some(Finding::warning(said)),
        _ => Some(Finding::error(format!("{said} Tokens are not valid yet, or expire too early."))),
    }
}

/// Sends a request through Node, which brings TLS along; outside an error of ours, inside theirs.
fn send(request: &Request) -> Outcome<Result<Response, String>> {
    let headers: Vec<[&str; 2]> =
        request.headers.iter().map(|(name, value)| [*name, value.as_str()]).collect();
    let asked = json!({ "url": request.url, "headers": headers });
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start node")?;
    if let Some(mut input) = node.stdin.take() {
        input.write_all(asked.to_string().as_bytes()).context("cannot talk to node")?;
    }
    let output = node.wait_with_output().context("cannot talk to node")?;
    let answer: Value = serde_json::from_slice(&output.stdout).context("cannot read node's answer")?;
    Ok(response(&answer))
}

fn response(answer: &Value) -> Result<Response, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(error) = answer.get("error") {
        return Err(text(error));
    }
    let member = |name: &str| answer.get(name).unwrap_or(&Value::Null);
    let headers = member("headers").as_array().into_iter().flatten();
    let header = |pair: &Value| Some((text(pair.get(0)?), text(pair.get(1)?)));
    let status = member("status").as_u64().and_then(|status| u16::try_from(status).ok());
    Ok(Response {
        status: status.unwrap_or_default(),
        headers: headers.filter_map(header).collect(),
        body: text(member("body")).into_bytes(),
    })
}

#[cfg(test)]
mod tests;
