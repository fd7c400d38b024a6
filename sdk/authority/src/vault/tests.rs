//! What is sealed, against what the real `better-auth` 1.7.7 wrote (`written.json`).

use edgeward_core::{
    Code,
    json::{self, Value},
};

use super::{Purpose, open, open_text, seal};
use crate::{Settings, testing::World};

const A: &str = "a-secret-of-thirty-two-characters";
const B: &str = "another-secret-of-thirty-six-charact";

/// A world whose secrets are these, the current one first.
fn world(secrets: &str) -> World {
    let mut world = World::new();
    let settings = Settings::parse(r#"{"issuer": "https://auth.example"}"#, |_| Some(secrets.into()));
    world.authority.settings = settings.unwrap().into();
    world
}

/// Name, plain text and sealed text of everything that was written.
fn written() -> Vec<(String, String, String)> {
    let document = json::parse(include_bytes!("written.json")).unwrap();
    let entries = document.get("sealed").and_then(Value::as_array).unwrap();
    let text = |entry: &Value, name| entry.get(name).and_then(Value::as_str).unwrap().to_owned();
    entries.iter().map(|entry| (text(entry, "name"), text(entry, "plain"), text(entry, "sealed"))).collect()
}

fn purpose(name: &str) -> Purpose {
    if name == "purpose" { Purpose::Transaction } else { Purpose::ProviderToken }
}

#[test]
fn opens_what_better_auth_sealed_whatever_the_secrets_are_called() {
    for secrets in [format!("{A} {B}"), format!("7:{B} 1:{A}"), format!("9:{B} {A}"), format!("1:{B} 7:{A}")]
    {
        for (name, plain, sealed) in written() {
            let opened = open_text(&world(&secrets).authority, purpose(&name), &sealed);
            assert_eq!(opened.as_deref(), Ok(plain.as_str()), "{name} under {secrets}");
        }
    }
}

#[test]
fn what_is_sealed_has_the_same_form_and_opens() {
    let world = world(A);
    let sealed = seal(&world.authority, Purpose::ProviderToken, b"gho_x").unwrap();
    assert_eq!(sealed.len(), 2 * (24 + 5 + 16));
    assert!(sealed.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    assert_eq!(open_text(&world.authority, Purpose::ProviderToken, &sealed).unwrap(), "gho_x");
    assert_ne!(seal(&world.authority, Purpose::ProviderToken, b"gho_x").unwrap(), sealed);
}

#[test]
fn a_secret_with_a_version_writes_it() {
    let world = world(&format!("12:{A} {B}"));
    let sealed = seal(&world.authority, Purpose::SigningKey, b"key").unwrap();
    assert!(sealed.starts_with("$ba$12$"), "{sealed}");
    assert_eq!(open_text(&world.authority, Purpose::SigningKey, &sealed).unwrap(), "key");
}

#[test]
fn another_secret_takes_over_and_the_one_before_it_still_opens() {
    let sealed = seal(&world(A).authority, Purpose::ProviderToken, b"t").unwrap();
    assert!(open(&world(&format!("{B} {A}")).authority, Purpose::ProviderToken, &sealed).is_ok());
    let gone = open(&world(B).authority, Purpose::ProviderToken, &sealed);
    assert_eq!(gone.unwrap_err().code, Code::SealBroken);
}

#[test]
fn what_was_sealed_for_one_thing_opens_for_no_other() {
    let world = world(A);
    let purposes = [Purpose::ProviderToken, Purpose::Transaction, Purpose::SigningKey];
    for sealed_for in purposes {
        let sealed = seal(&world.authority, sealed_for, b"t").unwrap();
        for opened_for in purposes {
            let opened = open(&world.authority, opened_for, &sealed);
            assert_eq!(opened.is_ok(), sealed_for == opened_for, "{sealed_for:?} as {opened_for:?}");
        }
    }
}

#[test]
fn nothing_that_was_altered_opens() {
    let world = world(&format!("1:{A}"));
    let sealed = seal(&world.authority, Purpose::ProviderToken, b"gho_x").unwrap();
    let hex_from = sealed.rfind('$').unwrap() + 1;
    for at in hex_from..sealed.len() {
        let mut altered = sealed.clone().into_bytes();
        altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(open(&world.authority, Purpose::ProviderToken, &altered), Err(Code::SealBroken.into()));
    }
    for odd in ["$ba$", "$ba$1", "$ba$1$", "$ba$x$00", "$ba$-1$00", "$ba$1$zz", &sealed[..sealed.len() - 1]] {
        assert_eq!(
            open(&world.authority, Purpose::ProviderToken, odd),
            Err(Code::SealBroken.into()),
            "{odd}"
        );
    }
}

/// GitHub's tokens were 40 digits of hex once, which Better Auth takes for something sealed.
#[test]
fn a_providers_token_that_was_never_sealed_is_taken_as_it_stands() {
    let world = world(A);
    for plain in
        ["gho_16C7e42F292c6912E7710c838347Ae178B4a", "0123456789abcdef0123456789abcdef01234567", "abc"]
    {
        assert_eq!(open_text(&world.authority, Purpose::ProviderToken, plain).unwrap(), plain);
        assert_eq!(open(&world.authority, Purpose::SigningKey, plain), Err(Code::SealBroken.into()));
    }
}
