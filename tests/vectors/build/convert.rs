//! From a file of Wycheproof to the shape that is embedded.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};

use crate::{
    model::{Ask, Case, Group, Set},
    plan::Use,
};

const TRUNCATED: &str = "RFC 7518 §3.2: the tag is whole";
const SHORT_KEY: &str = "RFC 7518 §3.2: the key is at least as long as the hash";
const NO_NULL: &str = "RFC 8017 §9.2: the DigestInfo has its NULL, and encodings are compared";
const CONTEXT: &str = "draft-ietf-cose-dilithium §4: the context is empty";
const OTHER_PSS: &str = "RFC 7518 §3.5: MGF1 with the same hash, a salt as long as the hash";

/// Converts one file; panics, and so fails the build, on what it does not understand.
pub fn set(name: &str, alg: &str, usage: &Use, file: &Value) -> Set {
    let groups: Vec<Group> = list(file, "testGroups")
        .iter()
        .filter_map(|group| Some((group, algorithm(alg, group)?)))
        .flat_map(
            |(group, alg)| {
                if alg.starts_with("HS") { hmac(&alg, group) } else { vec![asymmetric(&alg, group)] }
            },
        )
        .map(|group| used(group, usage))
        .collect();
    Set { name: name.to_owned(), groups }
}

/// The group's algorithm; `None` if no algorithm of JOSE has its hash.
fn algorithm(alg: &str, group: &Value) -> Option<String> {
    match (alg, text(group, "sha")) {
        ("PS", "SHA-256") => Some("PS256".into()),
        ("PS", "SHA-384") => Some("PS384".into()),
        ("PS", "SHA-512") => Some("PS512".into()),
        ("PS", _) => None,
        _ => Some(alg.into()),
    }
}

fn asymmetric(alg: &str, group: &Value) -> Group {
    let rule = (alg.starts_with("PS") && !pss_of_jose(group)).then_some(OTHER_PSS);
    let of = |test: &Value| {
        let context = (!text(test, "ctx").is_empty()).then_some(CONTEXT);
        case(alg, test, "sig", rule.or(context))
    };
    let key = match group.get("publicKey") {
        Some(Value::String(_)) => json!({"kty": "AKP", "alg": alg, "pub": bytes(group, "publicKey")}),
        _ => jwk(group),
    };
    Group { key, cases: list(group, "tests").iter().map(of).collect() }
}

/// HMAC has a key for every case.
fn hmac(alg: &str, group: &Value) -> Vec<Group> {
    let bits: u64 = alg.trim_start_matches("HS").parse().expect("a number of bits");
    let number = |name: &str| group.get(name).and_then(Value::as_u64).expect("a size");
    let rule = match (number("keySize") < bits, number("tagSize") < bits) {
        (true, _) => Some(SHORT_KEY),
        (false, true) => Some(TRUNCATED),
        (false, false) => None,
    };
    let of = |test: &Value| Group {
        key: json!({"kty": "oct", "k": bytes(test, "key")}),
        cases: vec![case(alg, test, "tag", rule)],
    };
    list(group, "tests").iter().map(of).collect()
}

fn case(alg: &str, test: &Value, signature: &str, rule: Option<&str>) -> Case {
    let good = match text(test, "result") {
        "valid" => true,
        "invalid" => false,
        "acceptable" if list(test, "flags").contains(&"MissingNull".into()) => {
            return Case { rule: Some(NO_NULL.into()), verifies: false, ..case_of(alg, test, signature) };
        }
        other => panic!("nobody has decided about {other} in case {test}"),
    };
    let rule = rule.filter(|_| good).map(Into::into);
    Case { verifies: good && rule.is_none(), rule, ..case_of(alg, test, signature) }
}

fn case_of(alg: &str, test: &Value, signature: &str) -> Case {
    Case {
        id: test.get("tcId").and_then(Value::as_u64).and_then(|id| id.try_into().ok()).expect("a tcId"),
        comment: text(test, "comment").to_owned(),
        ask: Ask::Signature {
            alg: alg.to_owned(),
            input: bytes(test, "msg"),
            signature: bytes(test, signature),
        },
        verifies: false,
        rule: None,
        refusal: None,
        output: None,
    }
}

fn used(mut group: Group, usage: &Use) -> Group {
    if let Use::Refused(reason) = usage {
        group.cases.retain(|case| case.verifies || case.rule.is_some());
        for case in &mut group.cases {
            case.verifies = false;
            case.rule = Some((*reason).to_owned());
        }
    }
    group
}

fn pss_of_jose(group: &Value) -> bool {
    let salt = group.get("sLen").and_then(Value::as_u64);
    let hash = match text(group, "sha") {
        "SHA-256" => Some(32),
        "SHA-384" => Some(48),
        "SHA-512" => Some(64),
        _ => None,
    };
    text(group, "mgf") == "MGF1" && text(group, "mgfSha") == text(group, "sha") && salt == hash
}

/// Builds the JWK from the numbers of the group, not from a JWK that it may also have.
fn jwk(group: &Value) -> Value {
    let key = group.get("publicKey").expect("a key");
    match text(key, "type") {
        "EcPublicKey" => {
            let point = HEXLOWER.decode(text(key, "uncompressed").as_bytes()).expect("hex");
            let (x, y) = point[1..].split_at(point.len() / 2);
            let crv = match text(key, "curve") {
                "secp256r1" => "P-256",
                "secp384r1" => "P-384",
                "secp521r1" => "P-521",
                other => other,
            };
            json!({"kty": "EC", "crv": crv, "x": encode(x), "y": encode(y)})
        }
        "EDDSAPublicKey" => json!({"kty": "OKP", "crv": "Ed25519", "x": bytes(key, "pk")}),
        "" => json!({"kty": "RSA", "n": bytes(key, "modulus"), "e": bytes(key, "publicExponent")}),
        other => panic!("no JWK for a key of type {other}"),
    }
}

pub fn bytes(object: &Value, name: &str) -> String {
    let hex = object.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no {name}"));
    encode(&HEXLOWER.decode(hex.as_bytes()).expect("hex"))
}

pub fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// A text, empty where there is none.
pub fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

pub fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub fn number(object: &Value, name: &str) -> u64 {
    object.get(name).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {name}"))
}
