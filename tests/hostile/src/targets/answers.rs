//! Encrypted tokens, sessions of another system, and what an issuer says or orders.

use std::sync::LazyLock;

use edgeward_core::{
    base64url,
    cookies::{
        Jar,
        better_auth::{Reader, Settings, Strategy},
    },
    gateway::revocation::Order,
    http::Response,
    jose::{Algorithm, jwe},
    jwt::Policy,
    oauth::{introspect, logout},
    secret::Secret,
    time::{Seconds, UnixMillis, UnixSeconds},
};
use serde_json::json;

use super::text;
use crate::CORPUS;

const NOW: UnixSeconds = UnixSeconds(1_767_225_600);

/// A key of every kind that the crates can open with.
static KEYS: LazyLock<Vec<jwe::DecryptionKey>> = LazyLock::new(|| {
    let bytes = |length: usize| base64url::encode(&CORPUS.secret.as_bytes()[..length]);
    let keys = json!({ "keys": [
        { "kty": "oct", "k": bytes(32), "alg": "dir", "enc": "A256GCM" },
        { "kty": "oct", "k": bytes(16), "alg": "A128KW" },
        { "kty": "EC", "crv": "P-256", "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
          "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" },
    ] });
    jwe::DecryptionKey::parse_all(keys.to_string().as_bytes()).expect("good keys")
});

/// The form of a compact JWE, and that nobody can make one without a key.
pub fn jwe(data: &[u8]) {
    let Some(token) = text(data) else { return };
    let Ok(sealed) = jwe::Sealed::parse(token) else { return };
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 5, "five parts");
    for part in parts {
        let bytes = base64url::decode(part).expect("every part is base64url");
        assert_eq!(base64url::encode(&bytes), part, "a part has one spelling");
    }
    for key in KEYS.iter() {
        if let Ok(content) = sealed.content_key(key) {
            let _ = sealed.open(&content).and_then(|content| sealed.token(content));
        }
    }
}

/// Sessions of Better Auth, read with a secret that nobody knows.
pub fn session(data: &[u8]) {
    let Some(header) = text(data) else { return };
    let Ok(jar) = Jar::parse(header) else { return };
    for name in ["session", "better-auth.session_token", "better-auth.session_data"] {
        if let Ok(Some(value)) = jar.value(name) {
            assert!(header.contains(value) && !value.contains(';'));
        }
        let _ = (jar.preferred(name), jar.chunked(name));
    }
    for reader in READERS.iter() {
        assert!(reader.read(&jar, UnixMillis(NOW.0 * 1000)).is_err(), "nobody is signed in");
    }
}

static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| {
    let reader = |strategy| {
        let settings = Settings {
            issuer: "https://auth.example".into(),
            session_cookie: "better-auth.session_token".into(),
            snapshot_cookie: "better-auth.session_data".into(),
            strategy,
            version: "1".into(),
        };
        Reader::new(settings, vec![Secret::new(CORPUS.secret.clone().into_bytes())]).expect("a good secret")
    };
    [Strategy::Compact, Strategy::Jwt, Strategy::Jwe].map(reader).into()
});

/// Answers about opaque tokens, orders to revoke, and the bodies of logout requests.
pub fn introspection(data: &[u8]) {
    let response = Response { status: 200, headers: Vec::new(), body: data.into() };
    if let Ok(answer) = introspect::response(&response) {
        let judged = answer.judge(&POLICY, NOW);
        if judged.is_ok() {
            let oracle: serde_json::Value = serde_json::from_slice(data).expect("an answer is JSON");
            assert_eq!(oracle["active"], true);
            assert!(oracle["iss"].is_null() || oracle["iss"] == POLICY.issuer);
        }
    }
    let life = Seconds(3600);
    if let Ok(order) = Order::parse(data, [POLICY.issuer.as_str()].into_iter(), life, NOW) {
        let _ = order.entry(life, NOW);
    }
    if let Ok(token) = logout::token::from_body(data) {
        assert!(!token.is_empty());
    }
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    Policy::new("https://usual.example".into(), vec!["https://api.example".into()], vec![Algorithm::Es256])
        .expect("a good policy")
});
