//! `cargo xtask admin WHO`: makes a user an administrator, which somebody has to be before anybody can make others.
//! `cargo xtask admin rotate-key | reseal`: what an administrator has a running authority do.

mod call;

use serde_json::Value;

use crate::step::{Context, Failure, Outcome};
use crate::wrangler::{AUTHORITY, wrangler};

const USAGE: &str = "cargo xtask admin EMAIL|ID [--create] [--remote] [--state FOLDER] [--config FILE]";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked<'a> {
    who: Who<'a>,
    create: bool,
    remote: bool,
    state: Option<&'a str>,
    config: &'a str,
}

/// Which user.
#[derive(Debug, PartialEq, Eq)]
enum Who<'a> {
    Id(&'a str),
    Email(String),
}

/// Does what is asked for.
pub fn run(arguments: &[&str]) -> Outcome {
    match arguments {
        ["rotate-key", options @ ..] => call::rotate(options),
        ["reseal", options @ ..] => call::reseal(options),
        _ => appoint(arguments),
    }
}

/// Makes the user an administrator.
fn appoint(arguments: &[&str]) -> Outcome {
    let asked = read(arguments)?;
    let sql = statement(&asked);
    let place = if asked.remote { "--remote" } else { "--local" };
    let mut run =
        wrangler(asked.config, &["d1", "execute", "DB", place, "--json", "--yes", "--command", &sql])?;
    if let Some(folder) = asked.state {
        run = run.args(["--persist-to", folder]);
    }
    let answer = run.quietly()?;
    match changed(&answer)?.as_slice() {
        [id] => {
            println!("{id} is an administrator");
            Ok(())
        }
        _ => Err(Failure(
            "there is no such user: have it sign in first, or say --create with its e-mail address"
                .to_owned(),
        )),
    }
}

fn read<'a>(arguments: &[&'a str]) -> Outcome<Asked<'a>> {
    let usage = || Failure(USAGE.to_owned());
    let [who, options @ ..] = arguments else { return Err(usage()) };
    let who = who_of(who).ok_or_else(usage)?;
    let mut asked = Asked { who, create: false, remote: false, state: None, config: AUTHORITY };
    let mut options = options.iter().copied();
    while let Some(option) = options.next() {
        match option {
            "--create" => asked.create = true,
            "--remote" => asked.remote = true,
            "--state" => asked.state = Some(options.next().ok_or_else(usage)?),
            "--config" => asked.config = options.next().ok_or_else(usage)?,
            _ => return Err(usage()),
        }
    }
    let by_id = matches!(asked.who, Who::Id(_));
    if (asked.create && by_id) || (asked.remote && asked.state.is_some()) { Err(usage()) } else { Ok(asked) }
}

/// An address or an id, of nothing but what may stand in one: wrangler takes no values beside a statement.
fn who_of(text: &str) -> Option<Who<'_>> {
    let plain = |text: &str, more: &str| {
        (1..=254).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.as_bytes().contains(&b))
    };
    match text.split_once('@') {
        Some((name, host)) if plain(name, "._%+-") && plain(host, ".-") => {
            Some(Who::Email(text.to_ascii_lowercase()))
        }
        None if plain(text, "_-") && !text.starts_with('-') => Some(Who::Id(text)),
        _ => None,
    }
}

fn statement(asked: &Asked<'_>) -> String {
    const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    let set = format!("role = 'admin', updated_at = {NOW}");
    match &asked.who {
        Who::Id(id) => format!("UPDATE edgeward_users SET {set} WHERE id = '{id}' RETURNING id"),
        Who::Email(email) if asked.create => format!(
            "INSERT INTO edgeward_users (id, email, email_verified, role, created_at, updated_at) \
             VALUES (lower(hex(randomblob(12))), '{email}', 1, 'admin', {NOW}, {NOW}) \
             ON CONFLICT (email) WHERE email IS NOT NULL AND email_verified = 1 DO UPDATE SET {set} RETURNING id"
        ),
        // An address that nobody has shown to be theirs makes nobody an administrator.
        Who::Email(email) => format!(
            "UPDATE edgeward_users SET {set} WHERE email = '{email}' AND email_verified = 1 RETURNING id"
        ),
    }
}

/// The ids of the users that were changed.
fn changed(answer: &str) -> Outcome<Vec<String>> {
    let start = answer.find('[').ok_or("wrangler gave no JSON")?;
    let answer: Value = serde_json::from_str(answer.get(start..).unwrap_or_default())
        .context("cannot read wrangler's answer")?;
    let rows = answer.pointer("/0/results").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whom_and_where() {
        let asked = read(&["Ada@Example.com", "--create", "--config", "a.toml"]).unwrap();
        assert_eq!((&asked.who, asked.create), (&Who::Email("ada@example.com".to_owned()), true));
        assert_eq!((asked.remote, asked.config), (false, "a.toml"));
        assert_eq!(read(&["u_1", "--remote"]).unwrap().who, Who::Id("u_1"));
    }

    #[test]
    fn refuses_what_is_no_user_and_what_contradicts_itself() {
        let odd: [&[&str]; 9] = [
            &[],
            &["--remote"],
            &["a'; DROP TABLE edgeward_users; --"],
            &["a@b@c"],
            &["o'brien@example.com"],
            &["@"],
            &["u1", "--create"],
            &["u1", "--remote", "--state", "x"],
            &["u1", "--state"],
        ];
        for arguments in odd {
            assert!(read(arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn an_address_counts_only_if_it_is_verified() {
        let statement = statement(&read(&["ada@example.com"]).unwrap());
        assert!(statement.contains("email = 'ada@example.com' AND email_verified = 1"));
    }

    #[test]
    fn reads_what_wrangler_answers() {
        assert!(changed("no JSON").is_err());
        assert_eq!(changed("[{\"results\":[{\"id\":\"u1\"}],\"success\":true}]").unwrap(), ["u1"]);
        assert_eq!(changed("[{\"results\":[],\"success\":true}]").unwrap(), [""; 0]);
    }
}
