use alloc::format;

use super::*;
use crate::secret::Secret;
use proptest::{prelude::*, sample::Index};

const RANDOM: [u8; RANDOM_BYTES] = [7; RANDOM_BYTES];
const DAY: Seconds = Seconds(86_400);

fn secret(letter: &str) -> Secret {
    Secret::new(letter.repeat(MIN_SECRET_BYTES).into_bytes())
}

fn seals(letters: &[&str]) -> Seals {
    Seals::new(letters.iter().map(|letter| secret(letter)).collect()).unwrap()
}

fn cookie() -> Cookie {
    Cookie::new("edgeward", Transport::Https, Some(DAY)).unwrap()
}

fn jar(header: &str) -> Jar<'_> {
    Jar::parse(header).unwrap()
}

/// The header that a browser sends after these lines.
fn sent(lines: &[Line]) -> String {
    after(&jar(""), lines)
}

fn written(value: &str, random: u8) -> String {
    sent(&cookie().write(&jar(""), &seals(&["a"]), value, &[random; RANDOM_BYTES]).unwrap())
}

fn read(header: &str) -> Option<String> {
    cookie().read(&jar(header), &seals(&["a"]))
}

#[test]
fn a_value_comes_back_from_one_cookie() {
    let lines = cookie().write(&jar(""), &seals(&["a"]), "the session", &RANDOM).unwrap();
    assert_eq!(lines.len(), 1);
    let (head, attributes) = lines[0].text.split_once("; ").unwrap();
    assert!(head.starts_with("__Host-edgeward=AQ"));
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=86400");
    assert_eq!(read(head).as_deref(), Some("the session"));
    assert!(!head.contains("session"));
}

#[test]
fn on_loopback_prefix_and_secure_are_dropped() {
    let local = Cookie::new("edgeward", Transport::Loopback, None).unwrap();
    let lines = local.write(&jar(""), &seals(&["a"]), "x", &RANDOM).unwrap();
    assert!(lines[0].text.starts_with("edgeward="));
    assert!(lines[0].text.ends_with("; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(local.read(&jar(&sent(&lines)), &seals(&["a"])).as_deref(), Some("x"));
    assert_eq!(read(&sent(&lines)), None, "what another name was sealed for");
}

#[test]
fn a_long_value_is_cut_and_every_line_is_short_enough() {
    for length in [2_500, 2_800, 3_000, 5_000, 10_000] {
        let value = "s".repeat(length);
        let lines = cookie().write(&jar(""), &seals(&["a"]), &value, &RANDOM).unwrap();
        assert!(lines.iter().all(|line| line.text.len() <= MAX_COOKIE_BYTES), "{length}");
        assert!(lines.len() != 2, "a header and a single chunk would be one cookie");
        let mut pairs: Vec<_> = lines.iter().map(|line| format!("{}={}", line.name, line.value)).collect();
        pairs.reverse();
        assert_eq!(read(&pairs.join("; ")).unwrap(), value, "whatever their order");
    }
    let whole = cookie().write(&jar(""), &seals(&["a"]), &"s".repeat(2_000), &RANDOM).unwrap();
    assert_eq!(whole.len(), 1);
}

#[test]
fn a_value_that_no_server_would_take_is_refused() {
    let lines = cookie().write(&jar(""), &seals(&["a"]), &"s".repeat(20_000), &RANDOM);
    assert_eq!(lines.err(), Some(Code::SessionTooLarge.into()));
}

#[test]
fn chunks_of_a_longer_value_are_expired() {
    let before = written(&"s".repeat(9_000), 1);
    assert_eq!(before.matches("__Host-edgeward").count(), 5);
    let odd =
        format!("{before}; __Host-edgeward.01=x; __Host-edgeward.9=y; __Host-edgeward.t-1=z; other.0=u");
    let lines = cookie().write(&jar(&odd), &seals(&["a"]), "short", &RANDOM).unwrap();
    let expired: Vec<_> =
        lines.iter().filter(|line| line.value.is_empty()).map(|line| &line.name[15..]).collect();
    assert_eq!(expired, [".0", ".01", ".1", ".2", ".3", ".9"]);
    assert!(lines[1..].iter().all(|line| line.text.ends_with("; Secure; Max-Age=0")));
    let after = after(&jar(&odd), &lines);
    assert_eq!(read(&after).as_deref(), Some("short"));
    assert!(after.contains("__Host-edgeward.t-1=z; other.0=u") && !after.contains("edgeward.0"));
}

#[test]
fn clearing_removes_all_that_the_request_brings_and_nothing_else() {
    let before = format!("{}; a=1", written(&"s".repeat(5_000), 1));
    let names: Vec<_> = cookie().clear(&jar(&before)).into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["__Host-edgeward", "__Host-edgeward.0", "__Host-edgeward.1"]);
    assert!(cookie().clear(&jar("a=1; edgeward=2")).is_empty());
    assert!(cookie().stands(&jar(&before)) && cookie().stands(&jar("__Host-edgeward.7=x")));
    assert!(!cookie().stands(&jar("edgeward=x; __Host-edgeward.t-1=x")));
}

#[test]
fn an_old_secret_opens_and_the_new_one_seals() {
    let old = written("x", 1);
    assert_eq!(cookie().read(&jar(&old), &seals(&["b", "a"])).as_deref(), Some("x"));
    assert_eq!(cookie().read(&jar(&old), &seals(&["b"])), None);
    let new = sent(&cookie().write(&jar(&old), &seals(&["b", "a"]), "x", &RANDOM).unwrap());
    assert_eq!(cookie().read(&jar(&new), &seals(&["b"])).as_deref(), Some("x"));
    assert_eq!(read(&new), None);
}

#[test]
fn a_cookie_beside_another_is_a_cookie_of_its_own() {
    let beside = cookie().beside("abc", Some(Seconds(600))).unwrap();
    let lines = beside.write(&jar(""), &seals(&["a"]), "t", &RANDOM).unwrap();
    let header = format!("{}; __Host-edgeward.0=x; __Host-edgeward.t-=y", sent(&lines));
    assert_eq!(cookie().neighbours(&jar(&header)), ["abc"]);
    assert_eq!(beside.read(&jar(&header), &seals(&["a"])).as_deref(), Some("t"));
    let moved = header.replace("edgeward.t-abc", "edgeward.t-abd");
    assert_eq!(cookie().beside("abd", None).unwrap().read(&jar(&moved), &seals(&["a"])), None);
}

#[test]
fn wrong_settings_are_refused_by_name() {
    for name in ["", "a b", "__Host-a", "a=b", "a.b", "ä", &"a".repeat(41)] {
        let error = Cookie::new(name, Transport::Https, None).unwrap_err();
        assert_eq!(error, Error::at(Code::ConfigInvalid, "cookies.name"), "{name}");
    }
    for seconds in [0, MAX_LIFETIME.0 + 1] {
        let error = Cookie::new("a", Transport::Https, Some(Seconds(seconds))).unwrap_err();
        assert_eq!(error, Error::at(Code::ConfigInvalid, "cookies.maxAge"));
    }
    let refused = [vec![], vec![secret("a"), secret("a")], vec![Secret::new(vec![1; MIN_SECRET_BYTES - 1])]];
    for secrets in refused {
        assert_eq!(Seals::new(secrets).unwrap_err(), Error::at(Code::ConfigInvalid, "cookies.secret"));
    }
    let many = (0..=MAX_SECRETS).map(|at| Secret::new(vec![at.to_le_bytes()[0]; MIN_SECRET_BYTES])).collect();
    assert!(Seals::new(many).is_err());
}

#[test]
fn the_same_value_looks_different_each_time() {
    assert_ne!(written("x", 1), written("x", 2));
}

/// What was written once stays readable. The value comes from `hkdfSync` and `createCipheriv` of `node:crypto`.
#[test]
fn another_implementation_of_the_format_agrees() {
    let lines = cookie().write(&jar(""), &seals(&["a"]), "kept", &RANDOM).unwrap();
    assert_eq!(lines[0].value, "AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHByNXFRPqUOJIUD9vDrTqFj9J2Rsm");
    assert_eq!(read(&sent(&lines)).as_deref(), Some("kept"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_value_comes_back(value in "\\PC{0,3000}", random in any::<[u8; RANDOM_BYTES]>()) {
        let lines = cookie().write(&jar(""), &seals(&["a"]), &value, &random).unwrap();
        prop_assert_eq!(read(&sent(&lines)), Some(value));
    }

    #[test]
    fn a_changed_byte_is_no_session(length in 1_usize..9_000, at in any::<Index>(), bit in 0_u8..7) {
        let header = written(&"s".repeat(length), 1);
        let mut bytes = header.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(altered) = String::from_utf8(bytes) && let Ok(jar) = Jar::parse(&altered) {
            let value = cookie().read(&jar, &seals(&["a"]));
            // Blanks around a pair are no part of it; all else is.
            prop_assert!(value.is_none() || altered.replace([' ', '\t'], "") == header.replace(' ', ""));
        }
    }

    #[test]
    fn a_value_cut_short_or_longer_is_no_session(length in 1_usize..9_000, at in any::<Index>()) {
        let header = written(&"s".repeat(length), 1);
        let at = at.index(header.len());
        prop_assert_eq!(read(&header[..at]), None);
        prop_assert_eq!(read(&format!("{header}A")), None);
    }

    #[test]
    fn a_chunk_that_is_missing_is_no_session(length in 3_000_usize..9_000, gone in any::<Index>()) {
        let header = written(&"s".repeat(length), 1);
        let mut pairs: Vec<_> = header.split("; ").collect();
        pairs.remove(gone.index(pairs.len()));
        prop_assert_eq!(read(&pairs.join("; ")), None);
    }

    #[test]
    fn chunks_that_changed_places_are_no_session(length in 6_000_usize..9_000, turn in 1_usize..3) {
        let header = written(&"s".repeat(length), 1);
        let pairs: Vec<_> = header.split("; ").map(|pair| pair.split_once('=').unwrap()).collect();
        let values: Vec<_> = pairs[1..].iter().map(|(_, value)| *value).collect();
        let turned = values.iter().cycle().skip(turn % (values.len() - 1) + 1);
        let chunks = pairs[1..].iter().zip(turned).map(|((name, _), value)| format!("{name}={value}"));
        let moved: Vec<_> = [format!("{}={}", pairs[0].0, pairs[0].1)].into_iter().chain(chunks).collect();
        prop_assert_eq!(read(&moved.join("; ")), None);
    }

    #[test]
    fn cookies_of_two_answers_are_no_session(
        lengths in (2_000_usize..9_000, 2_000_usize..9_000), choice in any::<u8>(),
    ) {
        let (first, second) = (written(&"s".repeat(lengths.0), 1), written(&"t".repeat(lengths.1), 2));
        let (first, second): (Vec<_>, Vec<_>) = (first.split("; ").collect(), second.split("; ").collect());
        let taken = |at: usize| if choice >> at & 1 == 0 { first.get(at) } else { second.get(at) };
        let mixed: Vec<&str> = (0..5).filter_map(|at| taken(at).copied()).collect();
        let value = read(&mixed.join("; "));
        let whole = |one: &[&str]| one.iter().all(|pair| mixed.contains(pair));
        prop_assert_eq!(value.is_some(), whole(&first) || whole(&second));
    }
}

#[test]
fn a_cookie_for_what_other_sites_post_is_sent_to_everybody_over_https_only() {
    let line = |transport| {
        let cookie = Cookie::new("edgeward", transport, Some(DAY)).unwrap().sent_by(Sender::Everybody);
        cookie.write(&jar(""), &seals(&["a"]), "v", &RANDOM).unwrap()[0].text.clone()
    };
    assert!(line(Transport::Https).ends_with("; HttpOnly; SameSite=None; Secure; Max-Age=86400"));
    assert!(line(Transport::Loopback).ends_with("; HttpOnly; SameSite=Lax; Max-Age=86400"));
}
