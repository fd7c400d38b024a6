//! Documents: of issuers, of authorization servers, of operators.

use std::sync::LazyLock;

use edgeward_config::Config;
use edgeward_core::{
    gateway::keys,
    http::{Reach, Response},
    jose::{Algorithm, KeySet, engine},
    oauth::{
        OauthError,
        authorize::Callback,
        discovery, form,
        token::{self, TokenType},
    },
};

use super::{first_line, text};

/// A key set never holds a key of which an engine could panic, nor costs more than it may.
pub fn jwks(data: &[u8]) {
    let Ok(set) = KeySet::parse(data) else { return };
    let document: serde_json::Value = serde_json::from_slice(data).expect("a key set is JSON");
    let listed = document["keys"].as_array().expect("a list of keys").len();
    assert_eq!(set.keys().len() + set.skipped().len(), listed, "every key is used or reported");
    for alg in Algorithm::ALL {
        assert!(set.candidates(*alg, None).count() <= 8);
    }
    // Two keys show as much as a hundred, and cost less.
    for key in set.keys().iter().take(2) {
        for alg in Algorithm::ALL.iter().filter(|alg| key.permits(**alg)).take(2) {
            assert!(engine::verify(key, *alg, b"input", &[7; 64]).is_err());
        }
    }
}

static ISSUER: LazyLock<discovery::Issuer> = LazyLock::new(|| {
    discovery::Issuer::parse("https://issuer.example", Reach::Public).expect("a good issuer")
});

/// Metadata name the issuer that was asked, and addresses that may be called.
pub fn discovery(data: &[u8]) {
    let response = answer(data);
    let whole = discovery::response(&ISSUER, &response);
    let keys = discovery::key_set_address(&ISSUER, &response);
    let _age = keys::max_age(&response);
    if let Ok(Some(address)) = &keys {
        assert!(address.as_str().starts_with("https://"), "no other scheme in public");
    }
    if whole.is_ok() || keys.is_ok() {
        let document: serde_json::Value = serde_json::from_slice(data).expect("metadata are JSON");
        let stated = document["issuer"].as_str().expect("an issuer");
        assert_eq!(stated.strip_suffix('/').unwrap_or(stated), "https://issuer.example");
        assert!(keys.is_err() || stated == "https://issuer.example", "a verifier takes it exactly");
    }
}

/// A configuration is refused in a sentence, or is one that applies.
pub fn config(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match Config::parse(text) {
        Ok(config) => {
            assert!(!config.issuers.is_empty());
            for issuer in &config.issuers {
                let symmetric = issuer.policy.algorithms.iter().filter(|alg| alg.is_symmetric()).count();
                assert!(symmetric == 0 || symmetric == issuer.policy.algorithms.len(), "no mixed lists");
                assert!(!issuer.policy.audiences.is_empty());
            }
        }
        Err(why) => assert!(why.0.starts_with("EDGEWARD: ")),
    }
}

/// What authorization servers answer and what browsers bring back.
pub fn oauth(data: &[u8]) {
    if let Ok(tokens) = token::response(&answer(data), TokenType::Dpop) {
        assert!(!tokens.access_token.is_empty(), "a token that is there");
        assert!(tokens.access_token.bytes().all(|byte| byte.is_ascii_graphic()), "fit for a header");
    }
    let Some(text) = text(data) else { return };
    let (query, rest) = first_line(text);
    for (name, value) in form::decode(query) {
        assert_eq!(form::decode(&form::encode(&[(&name, &value)])), [(name.clone(), value.clone())]);
    }
    if let Some(callback) = Callback::read(query) {
        let rest = form::decode(&Callback::rest_of(query));
        assert!(rest.iter().all(|(name, _)| name != "code" && name != "state"), "they leave the address");
        let _state = callback.state();
    }
    if let Some(error) = OauthError::read(query, Some(rest), Some(rest)) {
        assert!(error.error.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}

fn answer(body: &[u8]) -> Response {
    let cache_control = body.get(..64).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    let headers =
        vec![("cache-control".into(), cache_control), ("content-type".into(), "application/json".into())];
    Response { status: 200, headers, body: body.into() }
}
