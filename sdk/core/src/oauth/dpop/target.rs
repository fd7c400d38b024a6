//! The address that a proof is for, in the one form in which two spellings of it are equal.

use alloc::{string::String, vec::Vec};

use crate::http;

/// An http or https address in normal form, without query and fragment: scheme and host in lower
/// case, no default port, escapes in upper case and only where they are needed, no dot segments,
/// and `/` for an empty path. `None` if it is no such address.
///
/// Source: [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3),
/// [RFC 3986 §6.2.2 and §6.2.3](https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2)
#[must_use]
pub fn normalised(url: &str) -> Option<String> {
    if !url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return None;
    }
    let (scheme, rest) = http::after_scheme(url)?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.to_ascii_lowercase();
    is_authority(&authority).then_some(())?;
    let host = authority.strip_suffix(default_port).or(authority.strip_suffix(':')).unwrap_or(&authority);
    Some([&scheme, "://", host, &without_dot_segments(&escaped(path)?)].concat())
}

/// Host and port, which may be empty, without user information.
fn is_authority(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        // The last colon of an IPv6 address stands within its brackets.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (text, None),
    };
    let inside = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_name = match inside {
        Some(address) => address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.'),
        None => name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    !name.is_empty() && is_name && port.is_none_or(is_port)
}

/// Escapes what is not allowed in a path, unescapes what needs no escape, and writes the rest in
/// upper case. `None` for half an escape.
fn escaped(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut text = String::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let decoded = hex(bytes.next()?)? << 4 | hex(bytes.next()?)?;
                if is_unreserved(decoded) { text.push(decoded.into()) } else { escape(&mut text, decoded) }
            }
            _ if is_unreserved(byte) || b"!$&'()*+,;=:@/".contains(&byte) => text.push(byte.into()),
            _ => escape(&mut text, byte),
        }
    }
    Some(text)
}

fn escape(text: &mut String, byte: u8) {
    text.push('%');
    for digit in [byte >> 4, byte & 15] {
        text.extend(char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()));
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Source: [RFC 3986 §2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Source: [RFC 3986 §5.2.4](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4)
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                // A dot segment at the end leaves its slash behind.
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    let mut text = String::with_capacity(path.len() + 1);
    for segment in kept {
        text.push('/');
        text.push_str(segment);
    }
    if text.is_empty() { "/".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_equal() {
        let same = [
            "https://api.example/a/b",
            "HTTPS://API.example/a/b",
            "https://api.example:443/a/b",
            "https://api.example:/a/b",
            "https://api.example/a/b?c=d",
            "https://api.example/a/b#e",
            "https://api.example/a/b?c#e/f",
            "https://api.example/%61/b",
            "https://api.example/a/./c/../b",
            "https://api.example/a/%2E/x/%2e%2e/b",
            "https://api.example/../a/b",
        ];
        for url in same {
            assert_eq!(normalised(url).as_deref(), Some("https://api.example/a/b"), "{url}");
        }
    }

    #[test]
    fn other_addresses_stay_others() {
        let urls = [
            "https://api.example/a/b",
            "http://api.example/a/b",
            "https://api.example:8443/a/b",
            "https://api.example:80/a/b",
            "https://api.example/a/b/",
            "https://api.example/a//b",
            "https://api.example/A/b",
            "https://api.example/a%2Fb",
            "https://api.example/a%252Fb",
            "https://api.example/a/b;c",
            "https://api2.example/a/b",
            "https://api.example/",
        ];
        for (at, url) in urls.iter().enumerate() {
            for other in &urls[at + 1..] {
                assert!(normalised(url).is_some() && normalised(url) != normalised(other), "{url} {other}");
            }
        }
    }

    #[test]
    fn escapes_are_in_upper_case_and_needed() {
        assert_eq!(normalised("https://a/%c3%a4|%7e").as_deref(), Some("https://a/%C3%A4%7C~"));
        for (url, normal) in [
            ("https://a", "https://a/"),
            ("http://a:80", "http://a/"),
            ("http://[::1]:8080", "http://[::1]:8080/"),
            ("https://[::1]:443/", "https://[::1]/"),
            ("https://a/.", "https://a/"),
            ("https://a/b/..", "https://a/"),
            ("https://a/b/.", "https://a/b/"),
            ("https://a/b/c/..", "https://a/b/"),
        ] {
            assert_eq!(normalised(url).as_deref(), Some(normal), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_has_no_normal_form() {
        let odd = [
            "",
            "/a",
            "api.example/a",
            "ftp://a/",
            "https:/a",
            "https:///a",
            "https://u@a/",
            "https://u:p@a/",
            "https://a b/",
            "https://a/\\b",
            "https://a/ä",
            "https://a/%",
            "https://a/%4",
            "https://a/%4g",
            "https://a:x/",
            "https://a:443:",
            "https://a::/",
            "https://:443/",
            "https://[::1/",
            "https://%61/",
            "javascript://a/",
            "https://?",
        ];
        for url in odd {
            assert_eq!(normalised(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own(
            scheme in "[hH][tT]{2}[pP][sS]?", host in "[a-zA-Z0-9.-]{1,12}", port in "(:[0-9]{0,4})?",
            path in "(/([a-zA-Z0-9~|!;,.-]|%[0-9a-fA-F]{2}|\\.\\.?/){0,8}){0,5}", rest in "([?#][a-z/.]{0,6})?",
        ) {
            let url = format!("{scheme}://{host}{port}{path}{rest}");
            let normal = normalised(&url);
            prop_assert!(normal.is_some(), "{}", url);
            prop_assert_eq!(normal.as_deref().and_then(normalised), normal);
        }

        #[test]
        fn no_text_makes_it_fail_otherwise_than_by_refusal(url in "\\PC{0,40}") {
            if let Some(normal) = normalised(&url) {
                prop_assert_eq!(normalised(&normal), Some(normal));
            }
        }
    }
}
