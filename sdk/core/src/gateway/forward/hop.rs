//! Fields that belong to one connection and not to the message.

/// Fields of a connection, whether `Connection` names them or not.
///
/// Source: [RFC 9110 §7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1) and, for
/// `Proxy-Auth…`, [§11.7](https://www.rfc-editor.org/rfc/rfc9110#section-11.7): what a client and
/// this server say to each other as client and proxy is nothing to the origin.
const HOP_BY_HOP: [&str; 11] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// Fields that no `Connection` may name, by name or, with `-` at the end, by its beginning.
///
/// They are meant for everybody who reads the message, and some were written by a proxy in front:
/// a client that could take them away would hide who it is, or turn a rule of the origin off.
/// Source: RFC 9110 §7.6.1, "a sender MUST NOT send a connection option corresponding to a field
/// that is intended for all recipients of the content".
const END_TO_END: [&str; 17] = [
    "x-edgeward-",
    "cf-",
    "x-forwarded-",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "via",
    "authorization",
    "cookie",
    "dpop",
    "origin",
    "referer",
    "host",
    "cache-control",
    "content-",
    "sec-",
    "access-control-",
];

/// Whether the message goes on as the beginning of a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// The connection becomes a WebSocket: `Upgrade` is a part of the handshake.
    WebSocket,
    /// It stays HTTP, and an offer of another protocol was meant for this server.
    None,
}

impl Upgrade {
    /// Reads the value of `Upgrade`: only a WebSocket is passed on.
    #[must_use]
    pub fn of(upgrade: Option<&str>) -> Self {
        let websocket = upgrade.is_some_and(|value| value.trim_ascii().eq_ignore_ascii_case("websocket"));
        if websocket { Self::WebSocket } else { Self::None }
    }
}

/// Whether a field stays behind. `connection` is the value of `Connection`, `name` in lower case.
#[must_use]
pub fn stays_behind(name: &str, connection: Option<&str>, upgrade: Upgrade) -> bool {
    if name == "upgrade" && upgrade == Upgrade::WebSocket {
        return false;
    }
    HOP_BY_HOP.contains(&name) || (is_named(name, connection) && !is_end_to_end(name))
}

fn is_named(name: &str, connection: Option<&str>) -> bool {
    let options = connection.unwrap_or_default().split(',');
    options.map(str::trim_ascii).any(|option| option.eq_ignore_ascii_case(name))
}

fn is_end_to_end(name: &str) -> bool {
    let covers = |field: &&str| if field.ends_with('-') { name.starts_with(*field) } else { name == *field };
    END_TO_END.iter().any(covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(name: &str, connection: &str) -> bool {
        !stays_behind(name, Some(connection), Upgrade::None)
    }

    #[test]
    fn fields_of_a_connection_stay_behind() {
        for name in HOP_BY_HOP {
            assert!(stays_behind(name, None, Upgrade::None), "{name}");
        }
        for name in ["accept", "user-agent", "content-length", "x-own"] {
            assert!(!stays_behind(name, None, Upgrade::None), "{name}");
        }
    }

    #[test]
    fn what_connection_names_stays_behind() {
        assert!(!goes("x-own", "close, X-Own"));
        assert!(!goes("x-own", "x-other,\tx-own "));
        assert!(goes("x-own", "x-own-not, x own, \"x-own\""));
        assert!(goes("x-own", ""));
    }

    #[test]
    fn nobody_takes_away_what_everybody_reads() {
        for name in
            ["x-edgeward-subject", "cf-connecting-ip", "x-forwarded-for", "content-length", "cookie", "host"]
        {
            assert!(goes(name, name), "{name}");
        }
    }

    #[test]
    fn an_upgrade_goes_on_for_websockets_alone() {
        assert_eq!(Upgrade::of(Some("WebSocket")), Upgrade::WebSocket);
        for other in [None, Some("h2c"), Some("websocket, h2c"), Some("")] {
            assert_eq!(Upgrade::of(other), Upgrade::None);
        }
        assert!(!stays_behind("upgrade", Some("upgrade"), Upgrade::WebSocket));
        assert!(stays_behind("connection", Some("upgrade"), Upgrade::WebSocket));
    }
}
