//! From a file of Wycheproof about encryption to the shape that is embedded.

use serde_json::{Value, json};

use crate::{
    convert::{bytes, encode, list, number, text},
    model::{Ask, Case, Group, Set},
    plan::Open,
};

const OTHER_IV: &str = "RFC 7518 §5.3: the initialisation vector has 96 bits";
const LABEL: &str = "RFC 7518 §4.3: the label is empty";
const SHORT: &str = "RFC 3394 §2.2: a wrapped key has at least 128 bits";
const COMPRESSED: &str = "RFC 7518 §6.2.1: a point is x and y, not compressed";
const ALL_ZERO: &str = "RFC 8037 §3.2.1: a secret of zeros is refused";

/// Converts one file; panics, and so fails the build, on what it does not understand.
pub fn set(name: &str, how: &Open, file: &Value) -> Set {
    let groups = list(file, "testGroups").iter().flat_map(|group| match how {
        Open::Content => gcm(group),
        Open::ContentAs(enc) => each(group, |test| content(enc, test)),
        Open::Wrap if number(group, "keySize") == 192 => Vec::new(),
        Open::Wrap => each(group, wrapped),
        Open::Agree(crv) => each(group, |test| agreed(crv, test)),
        Open::Oaep => vec![oaep(group)],
    });
    Set { name: name.to_owned(), groups: groups.collect() }
}

/// Every case has a key of its own.
fn each(group: &Value, convert: impl Fn(&Value) -> (Value, Case)) -> Vec<Group> {
    let of = |test: &Value| {
        let (key, case) = convert(test);
        Group { key, cases: vec![case] }
    };
    list(group, "tests").iter().map(of).collect()
}

fn gcm(group: &Value) -> Vec<Group> {
    let enc = match number(group, "keySize") {
        128 => "A128GCM",
        256 => "A256GCM",
        // JOSE has 192 bits, the product has not.
        _ => return Vec::new(),
    };
    let rule = (number(group, "ivSize") != 96).then_some(OTHER_IV);
    each(group, |test| {
        let (key, case) = content(enc, test);
        (key, by_rule(case, rule))
    })
}

fn content(enc: &str, test: &Value) -> (Value, Case) {
    let ask = Ask::Encrypted {
        enc: enc.to_owned(),
        aad: bytes(test, "aad"),
        iv: bytes(test, "iv"),
        ciphertext: bytes(test, "ct"),
        tag: bytes(test, "tag"),
    };
    (json!({"k": bytes(test, "key")}), case(test, ask, "msg"))
}

fn wrapped(test: &Value) -> (Value, Case) {
    let wrapped = case(test, Ask::Wrapped { wrapped: bytes(test, "ct") }, "msg");
    let short = (text(test, "result") == "acceptable").then_some(SHORT);
    (json!({"k": bytes(test, "key")}), by_rule(wrapped, short))
}

fn agreed(crv: &str, test: &Value) -> (Value, Case) {
    let private = text(test, "private");
    // A scalar of the curve in as many bytes as its field, of which some vectors leave out zeros.
    let length = 2 * match crv {
        "P-384" => 48,
        "P-521" => 66,
        _ => 32,
    };
    let private = private.trim_start_matches("00");
    let private =
        if crv == "X25519" { text(test, "private").to_owned() } else { format!("{private:0>length$}") };
    let d = encode(&data_encoding::HEXLOWER.decode(private.as_bytes()).expect("hex"));
    let agreed = case(test, Ask::Agreed { peer: bytes(test, "public") }, "shared");
    let flagged = |flag: &str| list(test, "flags").contains(&flag.into());
    let rule = if text(test, "shared").bytes().all(|digit| digit == b'0') && crv == "X25519" {
        Some(ALL_ZERO)
    } else if flagged("CompressedPoint") || flagged("CompressedPublic") {
        Some(COMPRESSED)
    } else {
        None
    };
    (json!({"crv": crv, "d": d}), by_rule(agreed, rule))
}

fn oaep(group: &Value) -> Group {
    let mut key = group.get("privateKeyJwk").expect("a JWK").clone();
    key.as_object_mut().expect("an object").remove("key_ops");
    key.as_object_mut().expect("an object").remove("use");
    let of = |test: &Value| {
        let decrypted = case(test, Ask::Oaep { oaep: bytes(test, "ct") }, "msg");
        by_rule(decrypted, (!text(test, "label").is_empty()).then_some(LABEL))
    };
    Group { key, cases: list(group, "tests").iter().map(of).collect() }
}

fn case(test: &Value, ask: Ask, output: &str) -> Case {
    let good = match text(test, "result") {
        "valid" | "acceptable" => true,
        "invalid" => false,
        other => panic!("nobody has decided about {other}"),
    };
    Case {
        id: u32::try_from(number(test, "tcId")).expect("a tcId"),
        comment: text(test, "comment").to_owned(),
        ask,
        verifies: good,
        rule: None,
        refusal: None,
        output: good.then(|| bytes(test, output)),
    }
}

/// What is good, but not under the parameters of JOSE.
fn by_rule(case: Case, rule: Option<&str>) -> Case {
    match rule.filter(|_| case.verifies) {
        Some(rule) => Case { verifies: false, output: None, rule: Some(rule.to_owned()), ..case },
        None => case,
    }
}
