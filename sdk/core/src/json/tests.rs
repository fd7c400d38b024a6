use alloc::{format, string::ToString, vec};

use proptest::prelude::*;

use super::*;
use crate::error::Code;

fn oracle(text: &[u8]) -> Option<serde_json::Value> {
    serde_json::from_slice(text).ok()
}

/// Whether two values are the same, numbers up to the last digits.
fn same(own: &Value, oracle: &serde_json::Value) -> bool {
    match (own, oracle) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(own), serde_json::Value::Bool(oracle)) => own == oracle,
        (Value::String(own), serde_json::Value::String(oracle)) => own == oracle,
        (Value::Number(own), serde_json::Value::Number(oracle)) => {
            let oracle = oracle.as_f64().unwrap();
            *own == oracle || (own - oracle).abs() <= oracle.abs() * 1e-14
        }
        (Value::Array(own), serde_json::Value::Array(oracle)) => {
            own.len() == oracle.len() && own.iter().zip(oracle).all(|(own, oracle)| same(own, oracle))
        }
        (Value::Object(own), serde_json::Value::Object(oracle)) => {
            let member =
                |(name, value): &(String, Value)| oracle.get(name).is_some_and(|oracle| same(value, oracle));
            own.len() == oracle.len() && own.iter().all(member)
        }
        _ => false,
    }
}

#[test]
fn reads_what_serde_json_reads() {
    for text in [
        r#"{"a":[1,-2,2.5,"x\u00e9",true,null,{}],"b":{"c":18446744073709551615}}"#,
        " \t\r\n[ 1 , 2 ] ",
        r#""\"\\\/\b\f\n\r\t\u0000\ud83d\ude00ü😀""#,
        "-0",
        "0.5e-3",
        "1E+2",
        "1e-400",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "9007199254740991",
        "0e999999999999",
        &format!("1.{}", "0".repeat(400)),
        &format!("1{}e-400", "0".repeat(400)),
        &format!("0.{}1e400", "0".repeat(399)),
        "[]",
        "{}",
        "\"\"",
    ] {
        let own = parse(text.as_bytes()).unwrap();
        assert!(same(&own, &oracle(text.as_bytes()).unwrap()), "{text}: {own}");
    }
}

#[test]
fn whole_numbers_are_exact() {
    for number in [0, 1, 1_300_819_380, 9_007_199_254_740_991_i64, -9_007_199_254_740_991] {
        assert_eq!(parse(number.to_string().as_bytes()).unwrap().as_i64(), Some(number));
    }
    for odd in ["0.5", "-0.5", "1e300", "\"1\""] {
        assert_eq!(parse(odd.as_bytes()).unwrap().as_i64(), None, "{odd}");
    }
    assert_eq!(parse(b"-1").unwrap().as_u64(), None);
    assert_eq!(parse(b"1.0").unwrap().as_u64(), Some(1));
    assert_eq!(parse(b"18446744073709551615").unwrap().as_u64(), Some(u64::MAX));
}

#[test]
fn rejects_repeated_members_at_every_depth() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"x":[{"a":1,"b":2,"a":3}]}"#, r#"{"a":1,"\u0061":2}"#] {
        assert_eq!(parse(text.as_bytes()), Err(Code::JsonInvalid.into()), "{text}");
    }
}

#[test]
fn counts_depth_in_objects_and_arrays() {
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
    assert!(parse(&nested(100_000)).is_err());
    let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(parse(objects(MAX_DEPTH).as_bytes()).is_ok());
    assert!(parse(objects(MAX_DEPTH + 1).as_bytes()).is_err());
}

#[test]
fn counts_the_members_of_an_object() {
    let object = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{number}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(parse_object(object(MAX_MEMBERS).as_bytes()).unwrap().len(), MAX_MEMBERS);
    assert!(parse(object(MAX_MEMBERS + 1).as_bytes()).is_err());
}

#[test]
fn rejects_what_is_not_one_json_value_in_utf_8() {
    let bad: &[&[u8]] = &[
        b"",
        b" ",
        b"{",
        b"[",
        b"}",
        b"{} {}",
        b"{}x",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\xff\"}",
        b"\xff",
        b"{\"a\":\"\\ud800\"}",
        b"\"\\ud800\\u0041\"",
        b"\"\\udc00\"",
        b"\"\\ud800\\ud800\"",
        b"\"\\u12g4\"",
        b"\"\\u+123\"",
        b"\"\\x\"",
        b"\"\\",
        b"nul",
        b"nulll",
        b"True",
        b"{'a':1}",
        b"{a:1}",
        b"{\"a\"}",
        b"{\"a\" 1}",
        b"{\"a\":}",
        b"{\"a\":1,}",
        b"{,}",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"[1}",
        b"1e999",
        b"-1e999",
        b"-",
        b"+1",
        b".5",
        b"1.",
        b"01",
        b"-01",
        b"1e",
        b"1e+",
        b"1.e1",
        b"0x1",
        b"NaN",
        b"Infinity",
        b"\"a\nb\"",
        b"\"a\0\"",
        b"\"a",
        b"\x0b1",
        b"\xc2\xa01",
        b"/**/1",
    ];
    for text in bad {
        assert!(parse(text).is_err(), "{}", String::from_utf8_lossy(text));
        assert!(oracle(text).is_none(), "the oracle takes {}", String::from_utf8_lossy(text));
    }
    assert!(parse_object(b"[]").is_err());
}

#[test]
fn the_last_of_a_name_stands_in_an_object_that_is_made() {
    assert_eq!(
        object(vec![("b", 1_u32.into()), ("a", "x".into()), ("b", Value::Null)]).to_string(),
        r#"{"a":"x","b":null}"#
    );
}

/// Values as another writer writes them.
fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn reads_every_value_as_serde_json_wrote_it(value in any_value()) {
        let own = parse(value.to_string().as_bytes()).unwrap();
        prop_assert!(same(&own, &value), "{own} is not {value}");
        prop_assert!(same(&parse(own.to_string().as_bytes()).unwrap(), &value));
    }

    #[test]
    fn accepts_of_altered_texts_only_what_serde_json_accepts(value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = value.to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        match (parse(&text), oracle(&text)) {
            (Ok(own), Some(oracle)) => prop_assert!(same(&own, &oracle)),
            (Ok(own), None) => prop_assert!(false, "accepts {own}"),
            // Refused by us alone: a member became a repeated one.
            (Err(_), Some(_)) => prop_assert!(repeats_a_member(&text)),
            (Err(_), None) => {}
        }
    }

    #[test]
    fn never_panics(text in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&text);
    }
}

/// Whether the oracle lost a member, counted by the colons that stand outside of strings.
fn repeats_a_member(text: &[u8]) -> bool {
    fn members(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Array(items) => items.iter().map(members).sum(),
            serde_json::Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
            _ => 0,
        }
    }
    let (mut inside, mut escaped, mut colons) = (false, false, 0);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b':' if !inside => colons += 1,
            _ => {}
        }
    }
    oracle(text).is_some_and(|value| members(&value) < colons)
}
