//! What holds for every token, key, clock and request, and not only for those of the corpus.

// Its functions are tests' own.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used)]

use edgeward_core::{
    Code, base64url,
    gateway::{
        challenge,
        credential::Kind,
        identity::{Identity, Mapping},
        policy::{Denial, Missing, Requirements},
        route::{self, Route},
    },
    jose::KeySet,
    json,
    jwt::{Claims, Policy},
    oauth::form,
    time::UnixSeconds,
};
use edgeward_hostile::{CORPUS, Entry, Expect, Judge};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

const NOW: i64 = 1_767_225_600;
const ISSUER: &str = "https://shared.example";
const AUDIENCE: &str = "https://api.example";

fn good() -> Vec<&'static Entry> {
    CORPUS.tokens.iter().filter(|entry| entry.expect == Expect::Accept).collect()
}

fn judge(setting: &str) -> Judge {
    Judge::new(&CORPUS, &CORPUS.settings[setting])
}

fn signed(header: &str, claims: &str, secret: &[u8]) -> String {
    let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&input).finalize();
    format!("{input}.{}", base64url::encode(&mac.into_bytes()))
}

fn with_secret(claims: &Value) -> String {
    signed(r#"{"alg":"HS256"}"#, &claims.to_string(), CORPUS.secret.as_bytes())
}

fn verified(claims: &Value, now: i64) -> Result<Claims, edgeward_core::Error> {
    judge("shared").verify(&with_secret(claims), UnixSeconds(now))
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[a-z]{0,3}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Values that a claim could have: near the good ones, and far from them.
fn any_claim() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => prop_oneof![Just(json!(ISSUER)), Just(json!(AUDIENCE)), Just(json!([AUDIENCE])), Just(json!(["x", AUDIENCE]))],
        3 => (NOW - 200..NOW + 200).prop_map(Value::from),
        2 => any_value(),
        1 => any::<f64>().prop_map(Value::from),
    ]
}

/// What RFC 7519 §4.1 says, said once more and otherwise.
fn holds(claims: &Value, now: i64) -> bool {
    let date = |name: &str| match claims.get(name) {
        None => Some(None),
        Some(value) => value
            .as_f64()
            .filter(|date| (0.0..=253_402_300_799.0).contains(date))
            .map(|date| Some(date as i64)),
    };
    let (Some(Some(exp)), Some(nbf), Some(iat)) = (date("exp"), date("nbf"), date("iat")) else {
        return false;
    };
    let audience = match &claims["aud"] {
        Value::String(text) => text == AUDIENCE,
        Value::Array(list) => list.iter().all(Value::is_string) && list.contains(&json!(AUDIENCE)),
        _ => false,
    };
    let texts = ["sub", "jti"].iter().all(|name| claims.get(name).is_none_or(Value::is_string));
    claims["iss"] == ISSUER
        && audience
        && texts
        && claims.get("cnf").is_none()
        && now < exp + 60
        && nbf.into_iter().chain(iat).all(|start| now + 60 >= start)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_token_with_one_bit_changed_is_refused(at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let entry = *at.get(&good());
        let mut bytes = entry.token().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        if let Ok(token) = String::from_utf8(bytes) {
            prop_assert!(judge(&entry.setting).verify(&token, UnixSeconds(NOW)).is_err());
        }
    }

    #[test]
    fn a_token_is_good_under_its_own_issuer_alone(at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let entry = *at.get(&good());
        let settings: Vec<&String> = CORPUS.settings.keys().collect();
        let other = *other.get(&settings);
        let verdict = judge(other).verify(&entry.token(), UnixSeconds(NOW));
        prop_assert_eq!(verdict.is_ok(), *other == entry.setting);
    }

    #[test]
    fn what_another_secret_signed_is_refused(secret in prop::collection::vec(any::<u8>(), 0..80), kid in any::<Option<String>>()) {
        prop_assume!(secret != CORPUS.secret.as_bytes());
        let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60 }).to_string();
        let header = kid.map_or(json!({ "alg": "HS256" }), |kid| json!({ "alg": "HS256", "kid": kid }));
        let refusal = judge("shared").verify(&signed(&header.to_string(), &claims, &secret), UnixSeconds(NOW));
        prop_assert_eq!(refusal.err().map(|error| error.code), Some(Code::TokenSignatureInvalid));
    }

    #[test]
    fn claims_are_accepted_exactly_where_rfc_7519_lets_them(
        members in prop::collection::btree_map(
            prop::sample::select(vec!["iss", "aud", "exp", "nbf", "iat", "sub", "jti", "cnf", "x"]), any_claim(), 0..7),
    ) {
        let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60 });
        for (name, value) in members {
            claims[name] = value;
        }
        prop_assert_eq!(verified(&claims, NOW).is_ok(), holds(&claims, NOW), "{}", claims);
    }

    #[test]
    fn the_instants_at_which_a_token_is_good_are_one_interval(
        exp in 0..1_000_i64, nbf in prop::option::of(0..1_000_i64), iat in prop::option::of(0..1_000_i64),
        mut clocks in prop::collection::vec(0..1_200_i64, 3..24),
    ) {
        let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": exp });
        for (name, date) in [("nbf", nbf), ("iat", iat)] {
            if let Some(date) = date {
                claims[name] = date.into();
            }
        }
        clocks.sort_unstable();
        let good: Vec<bool> = clocks.into_iter().map(|now| verified(&claims, now).is_ok()).collect();
        let changes = good.windows(2).filter(|pair| pair[0] != pair[1]).count();
        prop_assert!(changes <= 2 && !(changes == 2 && good[0]), "{good:?}");
    }

    #[test]
    fn a_member_that_stands_twice_is_refused_wherever_it_stands(value in any_value(), name in "[a-z]{0,3}", path in prop::collection::vec(any::<bool>(), 0..8)) {
        let name = json!(name);
        let mut text = format!("{{{name}:{value},{name}:{value}}}");
        for object in path {
            text = if object { format!(r#"{{"a":{text}}}"#) } else { format!("[0,{text}]") };
        }
        prop_assert!(json::parse(text.as_bytes()).is_err());
        let claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60 }).to_string();
        let claims = format!(r#"{},"x":{text}}}"#, &claims[..claims.len() - 1]);
        let token = signed(r#"{"alg":"HS256"}"#, &claims, CORPUS.secret.as_bytes());
        let refusal = judge("shared").verify(&token, UnixSeconds(NOW));
        prop_assert_eq!(refusal.err().map(|error| error.code), Some(Code::TokenMalformed));
    }

    #[test]
    fn headers_are_ours_alone_and_carry_nothing_but_visible_ascii(
        sub in any::<String>(), scope in "[a-z :]{0,20}", more in any_value(), name in any::<String>(),
    ) {
        let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": NOW + 60, "sub": sub, "scope": scope });
        if claims.get(&name).is_none() {
            claims[&name] = more;
        }
        let Ok(claims) = verified(&claims, NOW) else { return Ok(()) };
        let Ok(identity) = Identity::new(claims, &Mapping::default(), Kind::Bearer) else { return Ok(()) };
        let headers: Vec<_> = identity.headers().collect();
        for (at, (name, value)) in headers.iter().enumerate() {
            prop_assert!(name.starts_with("x-edgeward-") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
            prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}");
            prop_assert!(headers.iter().skip(at + 1).all(|(other, _)| other != name), "{name} once");
        }
    }

    #[test]
    fn a_challenge_can_be_read_back(realm in "[!#-\\[\\]-~]{1,20}", scope in "[!#-\\[\\]-~]{1,9}( [!#-\\[\\]-~]{1,9}){0,3}", code in prop::sample::select(Code::ALL)) {
        let denial = Denial { error: code.into(), missing: Missing::Scope(scope.clone()) };
        let protection = challenge::Protection { realm: &realm, resource_metadata: None };
        if let Some(value) = challenge::bearer(&denial, protection) {
            let mut rest = value.strip_prefix("Bearer ").expect("the scheme");
            let mut parameters = Vec::new();
            while let Some((name, after)) = rest.split_once("=\"") {
                let (text, after) = after.split_once('"').expect("a closing quote");
                parameters.push((name, text));
                rest = after.strip_prefix(", ").unwrap_or(after);
            }
            prop_assert_eq!(rest, "");
            prop_assert!(parameters.contains(&("realm", &realm)));
            prop_assert!(code != Code::InsufficientScope || parameters.contains(&("scope", &scope)));
        }
    }

    #[test]
    fn a_path_falls_under_the_same_rule_however_it_is_encoded(
        segments in prop::collection::vec("[a-c]{1,2}|public|admin", 1..4), encoded in prop::collection::vec(0..3_u8, 40),
    ) {
        let rules: Vec<Route> =
            ["/public/*", "/admin/*", "/a/b"].iter().map(|path| Route::new(path, Requirements::default()).unwrap()).collect();
        let plain = format!("/{}", segments.join("/"));
        let mut times = encoded.into_iter().cycle();
        let written: String = plain.chars().map(|character| match times.next() {
            Some(1) if character != '/' => format!("%{:02x}", u32::from(character)),
            Some(2) if character != '/' => format!("%25{:02X}", u32::from(character)),
            _ => character.to_string(),
        }).collect();
        let meant = route::find(&rules, &plain).unwrap().map(Route::pattern);
        if let Ok(found) = route::find(&rules, &written) {
            prop_assert_eq!(found.map(Route::pattern), meant, "{}", written);
        }
    }

    #[test]
    fn a_form_is_read_as_it_was_written(pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..6)) {
        let written: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(form::decode(&form::encode(&written)), pairs);
    }

    #[test]
    fn a_policy_with_fewer_audiences_accepts_no_more(own in prop::collection::vec("[ab]{1,2}", 1..4), less in any::<prop::sample::Index>(), aud in prop::collection::vec("[ab]{1,2}", 0..4)) {
        let secret = json!({ "keys": [{ "kty": "oct", "k": base64url::encode(CORPUS.secret.as_bytes()) }] });
        let keys = KeySet::parse(secret.to_string().as_bytes()).unwrap();
        let token = with_secret(&json!({ "iss": ISSUER, "aud": aud, "exp": NOW + 60 }));
        let accepted = |audiences: Vec<String>| {
            let policy = Policy::new(ISSUER.into(), audiences, vec!["HS256".parse().unwrap()]).unwrap();
            let token = edgeward_core::jwt::admit(&token, &policy).unwrap();
            edgeward_core::jwt::validate(keys.verify(token).unwrap(), &policy, UnixSeconds(NOW)).is_ok()
        };
        let fewer = vec![less.get(&own).clone()];
        prop_assert!(!accepted(fewer) || accepted(own));
    }
}
