//! What the origin is told about the way a request came.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// What becomes of `Forwarded` and `X-Forwarded-*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forwarded {
    /// The gateway writes its own in place of what came in: whatever a client claims is dropped.
    #[default]
    Replace,
    /// They pass as they came, for a gateway behind a proxy that writes them.
    Keep,
    /// The origin is told nothing.
    Remove,
}

/// What the gateway itself knows about a request's way.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The client's address, as the platform tells it.
    pub client: Option<&'a str>,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The authority that was asked for: host, and port if one was named.
    pub host: &'a str,
}

impl Forwarded {
    /// Whether a field that came in stays behind; `name` in lower case.
    #[must_use]
    pub fn stays_behind(self, name: &str) -> bool {
        self != Self::Keep && (name == "forwarded" || name.starts_with("x-forwarded-"))
    }

    /// The fields that the gateway writes.
    ///
    /// `X-Forwarded-*` rather than `Forwarded`
    /// ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)): it is what frameworks read, and of two
    /// ways to say a thing one will be believed wrongly.
    #[must_use]
    pub fn fields(self, way: Way<'_>) -> Vec<(&'static str, String)> {
        if self != Self::Replace {
            return Vec::new();
        }
        let client = way.client.filter(|client| is_address(client));
        let known = [("x-forwarded-proto", Some(way.scheme)), ("x-forwarded-host", Some(way.host))];
        let fields = core::iter::once(("x-forwarded-for", client)).chain(known);
        fields.filter_map(|(name, value)| Some((name, value?.to_string()))).collect()
    }
}

/// The fields of the gateway's own hop.
///
/// Source: [RFC 9110 §7.6.3](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3): a gateway says
/// `Via` in every request that it sends on.
#[must_use]
pub fn via(present: Option<&str>) -> String {
    let own = "1.1 edgeward";
    present.map_or_else(|| own.into(), |present| [present, own].join(", "))
}

/// The id of a request: Cloudflare's ray, so that it is found in both logs; `None` if there is none
/// of the usual form.
#[must_use]
pub fn ray(value: Option<&str>) -> Option<&str> {
    let plain = |ray: &&str| {
        (1..=64).contains(&ray.len()) && ray.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    value.filter(plain)
}

fn is_address(text: &str) -> bool {
    text.parse::<core::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: Way<'_> = Way { client: Some("192.0.2.1"), scheme: "https", host: "api.example" };

    #[test]
    fn what_a_client_claims_is_replaced() {
        for name in ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-client-cert"] {
            assert!(Forwarded::Replace.stays_behind(name) && Forwarded::Remove.stays_behind(name), "{name}");
            assert!(!Forwarded::Keep.stays_behind(name), "{name}");
        }
        assert!(!Forwarded::Replace.stays_behind("x-forward"));
        let fields = Forwarded::Replace.fields(WAY);
        assert_eq!(fields[0], ("x-forwarded-for", "192.0.2.1".to_string()));
        assert_eq!(fields[1], ("x-forwarded-proto", "https".to_string()));
        assert_eq!(fields[2], ("x-forwarded-host", "api.example".to_string()));
        assert!(Forwarded::Remove.fields(WAY).is_empty() && Forwarded::Keep.fields(WAY).is_empty());
    }

    #[test]
    fn a_client_without_address_is_not_made_up() {
        for client in [None, Some("unknown"), Some("192.0.2.1, 10.0.0.1"), Some("")] {
            let fields = Forwarded::Replace.fields(Way { client, ..WAY });
            assert!(fields.iter().all(|(name, _)| *name != "x-forwarded-for"), "{client:?}");
        }
    }

    #[test]
    fn a_hop_is_added_to_the_ones_before() {
        assert_eq!(via(None), "1.1 edgeward");
        assert_eq!(via(Some("1.0 fred")), "1.0 fred, 1.1 edgeward");
    }

    #[test]
    fn an_id_is_a_plain_word() {
        assert_eq!(ray(Some("8f1c2-FRA")), Some("8f1c2-FRA"));
        for odd in ["", "a b", "a\"", &"x".repeat(65)] {
            assert_eq!(ray(Some(odd)), None, "{odd}");
        }
    }
}
