//! Where a code may go.

/// Whether an address is the registered one, character by character. An application on a person's own machine
/// does not know beforehand which port it will get: on an address of loopback, any port will do.
///
/// Source: [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3),
/// [RFC 9700 §4.1.3](https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3)
pub fn fits(registered: &str, asked: &str) -> bool {
    registered == asked || loopback(registered).is_some_and(|own| loopback(asked) == Some(own))
}

/// Host and path of an address on loopback, without its port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| authority.starts_with(host))?;
    let port = authority.strip_prefix(host)?;
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some((host, path))
}

fn is_port(text: &str) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits && !text.starts_with('0') && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_character_by_character() {
        assert!(fits("https://app.example/cb?a=1", "https://app.example/cb?a=1"));
        for other in [
            "https://app.example/cb",
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://app.example:443/cb",
            "https://app.example/cb/../cb",
            "https://app.example/cb?x",
            "https://app.example.evil/cb",
            "http://app.example/cb",
        ] {
            assert!(!fits("https://app.example/cb?a=1", other), "{other}");
        }
    }

    #[test]
    fn a_port_of_loopback_is_free() {
        assert!(fits("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
        assert!(fits("http://[::1]:1/cb", "http://[::1]:2/cb"));
        for other in [
            "http://127.0.0.1:1/other",
            "http://127.0.0.1:x/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.2/cb",
            "http://localhost:1/cb",
            "https://127.0.0.1/cb",
            "http://127.0.0.1:+1/cb",
            "http://127.0.0.1:/cb",
        ] {
            assert!(!fits("http://127.0.0.1/cb", other), "{other}");
        }
    }
}
