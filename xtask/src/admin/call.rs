//! What an administrator has a running authority do: `cargo xtask admin rotate-key` and `reseal`.

use std::env;
use std::fs;

use serde_json::{Value, json};

use crate::paths::at;
use crate::run::Run;
use crate::step::{Context, Failure, Outcome};
use crate::wrangler::AUTHORITY;

const SCRIPT: &str = include_str!("call.mjs");
/// Where the administrator's API token is, which stands in no list of processes there.
const TOKEN: &str = "EDGEWARD_ADMIN_TOKEN";
const ROTATE: &str = "cargo xtask admin rotate-key [--now] [--at URL | --config FILE]";

const RESEAL: &str = "cargo xtask admin reseal [--at URL | --config FILE]";

/// Which authority.
#[derive(Debug, PartialEq, Eq)]
enum Where<'a> {
    At(&'a str),
    /// The issuer that a configuration names.
    Of(&'a str),
}

/// Has another key sign.
pub fn rotate(arguments: &[&str]) -> Outcome {
    let (place, now) = read(arguments, Some("--now")).ok_or_else(|| Failure(ROTATE.to_owned()))?;
    let mode = if now { "now" } else { "staged" };
    let answer = call(&place, "rotateSigningKey", &json!({ "mode": mode }))?;
    let key = answer.get("keyId").and_then(Value::as_str).unwrap_or_default();
    println!(
        "{key} {}",
        if now { "signs; every other key is gone" } else { "signs in an hour at the latest" }
    );
    Ok(())
}

/// Has everything sealed under the current secret, piece by piece, until nothing remains.
pub fn reseal(arguments: &[&str]) -> Outcome {
    let (place, _) = read(arguments, None).ok_or_else(|| Failure(RESEAL.to_owned()))?;
    loop {
        let stands = call(&place, "reseal", &json!({}))?;
        let number = |name: &str| {
            let number = stands.get(name).and_then(Value::as_u64);
            number.ok_or_else(|| Failure("cannot read how it stands".to_owned()))
        };
        let (sealed, lost, remaining) = (number("sealed")?, number("lost")?, number("remaining")?);
        println!("{sealed} sealed anew, {remaining} to look at");
        if remaining > 0 {
            continue;
        }
        if lost > 0 {
            return Err(Failure(format!(
                "{lost} are opened by none of the secrets; the others need the current one alone"
            )));
        }
        println!("nothing that is kept needs an older secret");
        return Ok(());
    }
}

/// Which authority is meant, and whether the one option is there that a command has beside it.
fn read<'a>(arguments: &[&'a str], option: Option<&str>) -> Option<(Where<'a>, bool)> {
    let (mut place, mut given) = (None, false);
    let mut rest = arguments.iter().copied();
    while let Some(argument) = rest.next() {
        match argument {
            "--at" if place.is_none() => place = Some(Where::At(rest.next()?)),
            "--config" if place.is_none() => place = Some(Where::Of(rest.next()?)),
            _ if Some(argument) == option && !given => given = true,
            _ => return None,
        }
    }
    Some((place.unwrap_or(Where::Of(AUTHORITY)), given))
}

/// Calls an operation.
fn call(place: &Where<'_>, operation: &str, arguments: &Value) -> Outcome<Value> {
    if env::var_os(TOKEN).is_none() {
        return Err(Failure(format!(
            "{TOKEN} is empty: put an administrator's API token with the scope `admin` there"
        )));
    }
    let url = match place {
        Where::At(url) => (*url).to_owned(),
        Where::Of(config) => issuer(config)?,
    };
    let asked = json!({ "url": url, "operation": operation, "args": arguments });
    let node = Run::node().args(["--input-type=module", "--eval", SCRIPT]);
    let answer = node.envs([("EDGEWARD_CALL", asked.to_string())]).quietly()?;
    serde_json::from_str(&answer).context("cannot read the authority's answer")
}

/// Who the authority of a configuration is.
fn issuer(config: &str) -> Outcome<String> {
    let text = fs::read_to_string(at(config)).context(format!("cannot read {config}"))?;
    let whole: Value = toml::from_str(&text).context(format!("{config} is no TOML"))?;
    let issuer = whole.pointer("/vars/EDGEWARD_AUTHORITY/issuer").and_then(Value::as_str);
    issuer.map(ToOwned::to_owned).ok_or_else(|| Failure(format!("{config} names no issuer")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_authority_and_how() {
        assert_eq!(read(&[], Some("--now")), Some((Where::Of(AUTHORITY), false)));
        assert_eq!(read(&["--now", "--at", "u"], Some("--now")), Some((Where::At("u"), true)));
        assert_eq!(read(&["--config", "c"], None), Some((Where::Of("c"), false)));
        let odd: [&[&str]; 5] =
            [&["--now"], &["--at"], &["x"], &["--at", "u", "--config", "c"], &["--at", "u", "--at", "v"]];
        for arguments in odd {
            assert_eq!(read(arguments, None), None, "{arguments:?}");
        }
    }

    #[test]
    fn the_usual_configuration_names_its_issuer() {
        assert_eq!(issuer(AUTHORITY).unwrap(), "https://auth.example");
        assert!(issuer("edge/wrangler.toml").is_err());
    }
}
