//! `application/x-www-form-urlencoded`, the notation of OAuth requests and callbacks.
//!
//! Source: [RFC 6749 appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B).

use alloc::{string::String, vec::Vec};

use crate::{
    http::{Address, Method, Request},
    json::Value,
    text,
};

/// Encodes name and value pairs in their order.
#[must_use]
pub fn encode(pairs: &[(&str, &str)]) -> String {
    let mut written = Vec::new();
    for (name, value) in pairs {
        if !written.is_empty() {
            written.push(b'&');
        }
        write(&mut written, name);
        written.push(b'=');
        write(&mut written, value);
    }
    String::from_utf8(written).unwrap_or_default()
}

/// Encodes a name or a value alone.
#[must_use]
pub fn encode_text(text: &str) -> String {
    let mut written = Vec::new();
    write(&mut written, text);
    String::from_utf8(written).unwrap_or_default()
}

/// Decodes a query or a body. A repeated name stays repeated: who reads decides what that means.
#[must_use]
pub fn decode(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for pair in text::split(text, "&").filter(|pair| !pair.is_empty()) {
        let (name, value) = text::split_once(pair, "=").unwrap_or((pair, ""));
        pairs.push((read(name), read(value)));
    }
    pairs
}

/// Writes a text as the URL Standard serialises it
/// ([§5.2](https://url.spec.whatwg.org/#urlencoded-serializing)).
fn write(into: &mut Vec<u8>, text: &str) {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' - 10 + value };
    for byte in text.bytes() {
        match byte {
            b'*' | b'-' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'_' | b'a'..=b'z' => into.push(byte),
            b' ' => into.push(b'+'),
            _ => into.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

/// Reads a text as the URL Standard parses it ([§5.1](https://url.spec.whatwg.org/#urlencoded-parsing)).
fn read(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let plain = if *first == b'+' { b' ' } else { *first };
        let (byte, behind) = escaped(rest).unwrap_or((plain, behind));
        bytes.push(byte);
        rest = behind;
    }
    lossy(&bytes)
}

/// The byte that begins a text as `%` and two digits, and what is behind it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = text else { return None };
    let digit = |digit: u8| char::from(digit).to_digit(16);
    Some(((digit(*high)? << 4 | digit(*low)?) as u8, rest))
}

/// UTF-8 in which what is none becomes U+FFFD, as the standard library does it in twice the code.
fn lossy(mut bytes: &[u8]) -> String {
    let mut text = String::new();
    loop {
        let (valid, skipped) = match core::str::from_utf8(bytes) {
            Ok(_) => (bytes.len(), 0),
            Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(bytes.len())),
        };
        text.push_str(
            bytes.get(..valid).and_then(|valid| core::str::from_utf8(valid).ok()).unwrap_or_default(),
        );
        bytes = bytes.get(valid + skipped..).unwrap_or_default();
        if skipped == 0 {
            return text;
        }
        text.push('\u{fffd}');
    }
}

/// An address with parameters added to its query, which an endpoint may have already
/// ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
#[must_use]
pub fn with_query(address: &Address, pairs: &[(&str, &str)]) -> String {
    let url = address.as_str();
    let joint = match text::split_once(url, "?") {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with("&") => "",
        Some(_) => "&",
    };
    text::concat(&[url, joint, &encode(pairs)])
}

/// A `POST` of the pairs that asks for JSON.
#[must_use]
pub fn post(address: &Address, pairs: &[(&str, &str)]) -> Request {
    Request {
        method: Method::Post,
        url: address.as_str().into(),
        headers: alloc::vec![
            ("accept", "application/json".into()),
            ("content-type", "application/x-www-form-urlencoded".into()),
        ],
        body: encode(pairs),
    }
}

/// Adds pairs to the form of a request that is already made.
pub fn add(request: &mut Request, pairs: &[(&str, &str)]) {
    if !request.body.is_empty() && !pairs.is_empty() {
        request.body.push('&');
    }
    request.body.push_str(&encode(pairs));
}

/// A number in decimal digits. By hand, because formatting is 2 KB of code in every client.
#[must_use]
pub fn decimal(number: u32) -> String {
    Value::from(number).to_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reach;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_reads_and_writes_what_the_crate_does(
            name: String, value: String, text in "[a+&=%é 0-9A-Fc]{0,24}|(%[0-9a-fA-F]{2}|&|=){0,16}"
        ) {
            let by_the_crate = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            prop_assert_eq!(encode(&[(&name, &value)]), by_the_crate);
            prop_assert_eq!(encode_text(&name), form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>());
            let by_the_crate: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            prop_assert_eq!(decode(&text), by_the_crate);
        }
    }

    #[test]
    fn encodes_and_decodes_the_reserved_characters() {
        let pairs = [("a", "x y&z=1"), ("b", "ü+%")];
        let text = encode(&pairs);
        assert_eq!(text, "a=x+y%26z%3D1&b=%C3%BC%2B%25");
        let read = decode(&text);
        assert_eq!(read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), pairs);
    }

    #[test]
    fn writes_numbers_as_formatting_does() {
        for number in [0, 1, 9, 10, 99, 100, 12_345, 1_000_000_000, u32::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }

    #[test]
    fn pairs_are_added_behind_the_others() {
        let address = Address::parse("https://a.example/x", Reach::Public).unwrap();
        let mut request = post(&address, &[]);
        add(&mut request, &[("a", "1")]);
        add(&mut request, &[]);
        add(&mut request, &[("b", "x y"), ("c", "")]);
        assert_eq!(request.body, "a=1&b=x+y&c=");
    }

    #[test]
    fn keeps_the_query_of_an_endpoint() {
        let with = |url| with_query(&Address::parse(url, Reach::Public).unwrap(), &[("b", "2")]);
        assert_eq!(with("https://a.example/x"), "https://a.example/x?b=2");
        assert_eq!(with("https://a.example/x?"), "https://a.example/x?b=2");
        assert_eq!(with("https://a.example/x?a=1"), "https://a.example/x?a=1&b=2");
        assert_eq!(with("https://a.example/x?a=1&"), "https://a.example/x?a=1&b=2");
    }
}
