//! WebSocket subprotocols: a browser's page can put a token nowhere else.
//!
//! A page offers `["edgeward", "edgeward.bearer.<token>", …]`. The token goes no further, and is
//! never the answer: a server's log or a proxy on the way would have it. Browsers fail a connection
//! whose answer chooses none of the protocols that were offered, so a page without a protocol of
//! its own offers [`MARKER`], and the gateway chooses it.
//!
//! Source: [RFC 6455 §1.9, §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)

use alloc::{string::String, vec::Vec};

use crate::gateway::credential::WEBSOCKET_PREFIX;

/// The header in which protocols are offered and chosen.
pub const HEADER: &str = "sec-websocket-protocol";
/// The subprotocol that the gateway chooses when the origin chooses none.
pub const MARKER: &str = "edgeward";

/// What of the offered protocols the origin sees; `None` if nothing is left.
#[must_use]
pub fn forwarded(offered: &str) -> Option<String> {
    let rest: Vec<&str> = protocols(offered).filter(|protocol| !is_own(protocol)).collect();
    (!rest.is_empty()).then(|| rest.join(", "))
}

/// The protocol that the client is answered, of what it offered and what the origin chose.
///
/// An origin that chooses what it was not offered is not followed: the client would have to fail
/// the connection anyway, and the name might be a token.
#[must_use]
pub fn answered<'a>(offered: &'a str, chosen: Option<&str>) -> Option<&'a str> {
    let find = |wanted: &str| protocols(offered).find(|protocol| *protocol == wanted);
    match chosen {
        Some(chosen) => find(chosen).filter(|protocol| !is_own(protocol)),
        None => find(MARKER),
    }
}

fn protocols(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim_ascii).filter(|protocol| !protocol.is_empty())
}

/// Of the gateway's own, whatever its case: a spelling that the gateway does not take for a token
/// may be one all the same.
fn is_own(protocol: &str) -> bool {
    let carrier = protocol
        .get(..WEBSOCKET_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(WEBSOCKET_PREFIX));
    carrier || protocol.eq_ignore_ascii_case(MARKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_never_sees_the_token() {
        let token = "edgeward.bearer.a.b.c";
        assert_eq!(forwarded(&format!("{token}, chat")).unwrap(), "chat");
        assert_eq!(forwarded(&format!("graphql-ws ,{token},edgeward, chat")).unwrap(), "graphql-ws, chat");
        assert_eq!(forwarded("EDGEWARD.Bearer.a.b.c, edgeward"), None);
        assert_eq!(forwarded("chat, edgeward.beaver"), Some("chat, edgeward.beaver".into()));
    }

    #[test]
    fn the_answer_is_what_was_offered_and_not_the_token() {
        let offered = "edgeward.bearer.a.b.c, chat";
        assert_eq!(answered(offered, Some("chat")), Some("chat"));
        for chosen in [Some("edgeward.bearer.a.b.c"), Some("other"), Some("Chat"), Some(""), None] {
            assert_eq!(answered(offered, chosen), None, "{chosen:?}");
        }
    }

    #[test]
    fn the_marker_is_chosen_where_the_origin_chooses_none() {
        assert_eq!(answered("edgeward, edgeward.bearer.a.b.c", None), Some("edgeward"));
        assert_eq!(answered("edgeward, chat", Some("chat")), Some("chat"));
    }
}
