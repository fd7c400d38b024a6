use alloc::format;

use super::*;
use crate::{base64url, json, time::Seconds};
use hmac::{Hmac, KeyInit, Mac};
use proptest::{
    prelude::{any, prop_assert, proptest},
    sample::Index,
};
use sha2::Sha256;

/// 2026-11-21T08:00:00Z
const NOW: UnixMillis = UnixMillis(1_795_248_000_000);
const SESSION: &str = r#"{"expiresAt":"2026-11-28T08:00:00.000Z","token":"tok","createdAt":"2026-11-21T07:00:00.000Z","userId":"u1","id":"s1"}"#;
const USER: &str = r#"{"id":"u1","name":"Ada","email":"ada@people.example","emailVerified":true,"image":null,"role":"admin,editor"}"#;

fn secret() -> Secret {
    Secret::new(b"a secret of at least sixty-four bytes, as long as the hash of HS512".to_vec())
}

fn reader(strategy: Strategy) -> Reader {
    let settings = Settings {
        issuer: "https://auth.example".into(),
        session_cookie: "better-auth.session_token".into(),
        snapshot_cookie: "better-auth.session_data".into(),
        strategy,
        version: "1".into(),
    };
    let other = Secret::new([9; 40].into());
    Reader::new(settings, [other, secret()].into()).unwrap()
}

fn mac(input: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret().expose()).unwrap();
    base64url::encode(&mac.chain_update(input).finalize().into_bytes())
}

fn payload(session: &str, version: &str) -> String {
    format!(r#"{{"session":{session},"user":{USER},"updatedAt":1795248000000{version}}}"#)
}

fn compact(payload: &str, expires_at: i64) -> String {
    let signed = format!(r#"{},"expiresAt":{expires_at}}}"#, payload.strip_suffix('}').unwrap());
    let signature = mac(&signed);
    base64url::encode(
        format!(r#"{{"session":{payload},"expiresAt":{expires_at},"signature":"{signature}"}}"#).as_bytes(),
    )
}

fn jwt(header: &str, payload: &str, exp: i64) -> String {
    let claims = format!(r#"{},"iat":1,"exp":{exp}}}"#, payload.strip_suffix('}').unwrap());
    let input = [base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes())].join(".");
    [input.as_str(), &mac(&input)].join(".")
}

fn read(strategy: Strategy, data: &str) -> Result<Claims, Error> {
    let header = format!(
        "better-auth.session_token={}; better-auth.session_data={data}",
        seal("tok", &secret()).unwrap()
    );
    reader(strategy).read(&Jar::parse(&header).unwrap(), NOW)
}

fn good() -> String {
    compact(&payload(SESSION, r#","version":"1""#), NOW.0 + 1000)
}

fn refused(data: &str) -> Error {
    read(Strategy::Compact, data).err().unwrap()
}

#[test]
fn a_session_becomes_claims() {
    let claims = read(Strategy::Compact, &good()).unwrap();
    for (name, value) in
        [("iss", "https://auth.example"), ("sub", "u1"), ("sid", "s1"), ("email", "ada@people.example")]
    {
        assert_eq!(claims.text(name), Ok(Some(value)));
    }
    assert_eq!(claims.date("auth_time").unwrap().unwrap().to_millis(), UnixMillis(NOW.0 - 3_600_000));
    assert_eq!(claims.date("exp").unwrap().unwrap(), NOW.to_seconds() + Seconds(1));
    assert_eq!(claims.members().get("roles"), Some(&json::parse(br#"["admin","editor"]"#).unwrap()));
    assert!(!claims.json().contains("tok"), "the session's token must not be passed on");
}

#[test]
fn the_jwt_is_read_as_well() {
    let payload = payload(SESSION, "");
    let exp = NOW.to_seconds() + Seconds(1);
    assert!(read(Strategy::Jwt, &jwt(r#"{"alg":"HS256"}"#, &payload, exp.0)).is_ok());
    for odd in
        [r#"{"alg":"none"}"#, r#"{"alg":"RS256"}"#, r#"{"alg":"HS512"}"#, r#"{"alg":"HS256","crit":["x"]}"#]
    {
        let data = jwt(odd, &payload, exp.0);
        assert_eq!(read(Strategy::Jwt, &data).err(), Some(invalid("session_data")), "{odd}");
    }
    let hs256 = jwt(r#"{"alg":"HS512"}"#, &payload, exp.0);
    let (input, _) = hs256.rsplit_once('.').unwrap();
    let mac = Hmac::<sha2::Sha512>::new_from_slice(secret().expose()).unwrap();
    let signature = base64url::encode(&mac.chain_update(input).finalize().into_bytes());
    let hs512 = [input, &signature].join(".");
    assert_eq!(
        read(Strategy::Jwt, &hs512).err(),
        Some(invalid("session_data")),
        "well signed, as nobody signs"
    );
    let expired = jwt(r#"{"alg":"HS256"}"#, &payload, NOW.to_seconds().0);
    assert_eq!(read(Strategy::Jwt, &expired).err(), Some(invalid("expiresAt")));
    assert_eq!(read(Strategy::Jwt, &good()).err(), Some(invalid("session_data")));
}

#[test]
fn each_rule_of_validity_is_checked() {
    let version = r#","version":"1""#;
    let session = |from: &str, to: &str| {
        assert!(SESSION.contains(from));
        compact(&payload(&SESSION.replace(from, to), version), NOW.0 + 1000)
    };
    assert_eq!(refused(&compact(&payload(SESSION, version), NOW.0)), invalid("expiresAt"));
    assert_eq!(refused(&session("2026-11-28T08", "2026-11-21T08")).code, Code::SessionExpired);
    assert_eq!(refused(&session("2026-11-28T08:00:00.000Z", "soon")), invalid("session.expiresAt"));
    assert_eq!(refused(&session(r#""tok""#, r#""other""#)), invalid("session.token"));
    assert_eq!(refused(&session(r#""userId":"u1""#, r#""userId":"u2""#)), invalid("session.userId"));
    assert_eq!(refused(&session(r#""id":"s1""#, r#""id":"""#)), invalid("session.id"));
    for version in [r#","version":"2""#, r#","version":1"#] {
        assert_eq!(refused(&compact(&payload(SESSION, version), NOW.0 + 1000)), invalid("version"));
    }
    assert!(read(Strategy::Compact, &compact(&payload(SESSION, ""), NOW.0 + 1000)).is_ok());
}

#[test]
fn what_is_not_as_it_was_written_is_not_believed() {
    let text = |data: &str| String::from_utf8(base64url::decode(data).unwrap()).unwrap();
    let altered = |from: &str, to: &str| {
        let text = text(&good());
        assert!(text.contains(from));
        base64url::encode(text.replacen(from, to, 1).as_bytes())
    };
    for data in [
        altered("ada@", "eve@"),
        altered(r#","updatedAt""#, r#", "updatedAt""#),
        altered(r#""expiresAt":17952480"#, r#""expiresAt":17952481"#),
        altered(r#"{"session":{"#, r#"{ "session":{"#),
        altered(r#","signature""#, r#","x":1,"signature""#),
        compact(&payload(SESSION, r#","version":"1","user":{"id":"u1"}"#), NOW.0 + 1000),
        "".into(),
        "e30".into(),
        base64url::encode(b"{}"),
    ] {
        assert_eq!(refused(&data), invalid("session_data"), "{data}");
    }
}

#[test]
fn both_cookies_are_needed_and_fit_each_other() {
    let token = seal("tok", &secret()).unwrap();
    let read = |header: &str| {
        let outcome = reader(Strategy::Compact).read(&Jar::parse(header).unwrap(), NOW);
        outcome.map(drop).map_err(|error| error.code)
    };
    let (name, data, good) = ("better-auth.session_token", "better-auth.session_data", good());
    assert_eq!(read(&format!("__Secure-{name}={token}; __Secure-{data}={good}")), Ok(()));
    assert_eq!(
        read(&format!("{name}={token}; {data}=; {data}.0={}; {data}.1={}", &good[..9], &good[9..])),
        Ok(())
    );
    assert_eq!(read(""), Err(Code::SessionMissing));
    assert_eq!(read(&format!("{data}={good}")), Err(Code::SessionMissing));
    assert_eq!(read(&format!("{name}={token}x; {data}={good}")), Err(Code::SessionMissing));
    assert_eq!(read(&format!("{name}={token}")), Err(Code::SessionSnapshotInvalid));
    assert_eq!(read(&format!("__Secure-{name}={token}; {data}={good}")), Err(Code::SessionSnapshotInvalid));
    assert_eq!(
        read(&format!("{name}={token}; {name}={token}; {data}={good}")),
        Err(Code::CredentialMalformed)
    );
}

#[test]
fn a_secret_of_the_list_that_is_gone_opens_nothing_any_more() {
    let header = format!(
        "better-auth.session_token={}; better-auth.session_data={}",
        seal("tok", &secret()).unwrap(),
        good()
    );
    let rotated =
        Reader::new(reader(Strategy::Compact).settings, [Secret::new([9; 40].into())].into()).unwrap();
    assert_eq!(rotated.read(&Jar::parse(&header).unwrap(), NOW).err().unwrap().code, Code::SessionMissing);
    let short = Reader::new(rotated.settings, [Secret::new([9; 31].into())].into());
    assert_eq!(short.err().unwrap().at, "better_auth.secret_binding");
}

/// Cookies that npm `better-auth` 1.7.7 has written, one session in each notation; and when.
const WRITTEN: &str = include_str!("written/1.7.7.json");

fn written(strategy: Strategy, alter: impl Fn(&mut String)) -> Result<Claims, Error> {
    let document = json::parse_object(WRITTEN.as_bytes()).unwrap();
    let secret = document.get("secret").and_then(json::Value::as_str).unwrap();
    let name = match strategy {
        Strategy::Compact => "compact",
        Strategy::Jwt => "jwt",
        Strategy::Jwe => "jwe",
    };
    let cookies = document.get("sessions").and_then(|all| all.get(name)).unwrap().as_object().unwrap();
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| {
            let mut value = String::from(value.as_str().unwrap());
            if name.ends_with("session_data") {
                alter(&mut value);
            }
            format!("{name}={value}")
        })
        .collect();
    let header = pairs.join("; ");
    let now = UnixMillis(document.get("writtenAt").and_then(json::Value::as_i64).unwrap());
    let settings = reader(strategy).settings;
    let reader = Reader::new(settings, [Secret::new(secret.as_bytes().into())].into()).unwrap();
    reader.read(&Jar::parse(&header).unwrap(), now)
}

#[test]
fn what_better_auth_has_written_is_read() {
    for (strategy, email) in [
        (Strategy::Compact, "ada-compact@people.example"),
        (Strategy::Jwt, "ada-jwt@people.example"),
        #[cfg(feature = "jwe")]
        (Strategy::Jwe, "ada-jwe@people.example"),
    ] {
        let claims = written(strategy, |_| ()).unwrap();
        assert_eq!(claims.text("email"), Ok(Some(email)));
        assert_eq!(claims.text("name"), Ok(Some("Ada Lovelace \u{1f9ee}")));
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(128))]

    #[test]
    fn a_flipped_bit_of_what_better_auth_has_written_is_noticed(
        at in any::<Index>(), bit in 0..7_u32, which in 0..3_usize,
    ) {
        let strategy = [Strategy::Compact, Strategy::Jwt, Strategy::Jwe][which];
        let flip = |value: &mut String| {
            let mut bytes = core::mem::take(value).into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            *value = String::from_utf8(bytes).unwrap();
        };
        prop_assert!(written(strategy, flip).is_err());
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_of_a_snapshot_is_noticed(at in any::<Index>(), bit in 0..7_u32, as_jwt in any::<bool>()) {
        let (strategy, data) = match as_jwt {
            true => (Strategy::Jwt, jwt(r#"{"alg":"HS256"}"#, &payload(SESSION, ""), NOW.to_seconds().0 + 1)),
            false => (Strategy::Compact, good()),
        };
        let mut bytes = data.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(read(strategy, &String::from_utf8(bytes).unwrap()).is_err());
    }
}

#[cfg(feature = "jwe")]
#[test]
fn what_is_written_here_is_read_again_whole_or_in_chunks() {
    for (strategy, weight) in
        [Strategy::Compact, Strategy::Jwt, Strategy::Jwe].into_iter().zip([1_500, 700, 3])
    {
        let name = "n\"\\\n\u{1f9ee}".repeat(weight);
        let user = USER.replace(r#""Ada""#, &json::Value::String(name.clone()).to_text());
        let members = format!(r#"{{"session":{SESSION},"user":{user},"updatedAt":1,"version":"1"}}"#);
        let members = json::parse_object(members.as_bytes()).unwrap();
        let data = write::snapshot(strategy, &secret(), members.clone(), Seconds(300), NOW, &[7; 32]);
        let data = data.unwrap_or_else(|error| panic!("{strategy:?} {error}"));
        let chunks = write::chunks(&data, 200).into_iter();
        let header: String = chunks
            .rev()
            .map(|(suffix, value)| format!("better-auth.session_data{suffix}={value}; "))
            .collect();
        let header = format!("{header}better-auth.session_token={}", seal("tok", &secret()).unwrap());
        let at = |millis| reader(strategy).read(&Jar::parse(&header).unwrap(), UnixMillis(NOW.0 + millis));
        assert_eq!(at(299_999).unwrap().text("name"), Ok(Some(name.as_str())), "{strategy:?}");
        assert_eq!(at(300_000).err(), Some(invalid("expiresAt")), "{strategy:?}");
        let long = [("user".into(), "x".repeat(40_000).into())].into_iter().collect();
        let refused = write::snapshot(strategy, &secret(), long, Seconds(300), NOW, &[7; 32]);
        assert_eq!(refused, Err(Code::SessionTooLarge.into()));
    }
}
