//! `application/x-www-form-urlencoded`, the notation of OAuth requests and callbacks.
//!
//! Source: [RFC 6749 appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B).

use alloc::{string::String, vec::Vec};

use form_urlencoded::Serializer;

use crate::{
    http::{Address, Method, Request},
    json::Value,
};

/// Encodes name and value pairs in their order.
#[must_use]
pub fn encode(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Decodes a query or a body. A repeated name stays repeated: who reads decides what that means.
#[must_use]
pub fn decode(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// An address with parameters added to its query, which an endpoint may have already
/// ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
#[must_use]
pub fn with_query(address: &Address, pairs: &[(&str, &str)]) -> String {
    let url = address.as_str();
    let joint = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    [url, joint, &encode(pairs)].concat()
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
