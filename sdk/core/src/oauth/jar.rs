//! Signs the authorization request, so that the server knows that it comes from the client as it is.
//!
//! Source: [RFC 9101](https://www.rfc-editor.org/rfc/rfc9101).

use alloc::{string::String, vec::Vec};

use crate::{
    base64url,
    error::Error,
    jose::{Algorithm, Draft},
    json::{self, Map, Value, object},
    oauth::{authorize::Parameters, discovery::Metadata, form},
    time::{Seconds, UnixSeconds},
};

/// How long a request object is good for: the user is sent to the server with it at once.
pub const LIFETIME: Seconds = Seconds(300);

/// Parameters that are JSON inside of a request object, and text outside of it: OpenID Connect Core
/// §5.5 and §6.1, RFC 9396 §3.
const JSON: [&str; 2] = ["authorization_details", "claims"];

/// Whether the server takes no request that is not signed, or has agreed so with this client.
///
/// # Errors
/// `discovery_invalid` at `require_signed_request_object`: neither `true` nor `false`.
///
/// Source: [RFC 9101 §10.5](https://www.rfc-editor.org/rfc/rfc9101#section-10.5)
pub fn is_required(metadata: &Metadata) -> Result<bool, Error> {
    metadata.flag("require_signed_request_object")
}

/// A request object, to be signed with the key of the client. The 16 random bytes become `jti`;
/// `now` is the server's time.
///
/// Source: [RFC 9101 §4 and §10.8](https://www.rfc-editor.org/rfc/rfc9101#section-4) (the type keeps
/// it from being taken for another token of the client)
#[must_use]
pub fn draft(
    metadata: &Metadata,
    parameters: &Parameters<'_>,
    key: (Algorithm, Option<&str>),
    random: &[u8; 16],
    now: UnixSeconds,
) -> Draft {
    let (alg, kid) = key;
    let mut header: Vec<(&str, Value)> =
        Vec::from([("alg", alg.name().into()), ("typ", "oauth-authz-req+jwt".into())]);
    header.extend(kid.map(|kid| ("kid", kid.into())));
    let pairs = parameters.pairs();
    let client_id = pairs.iter().find(|(name, _)| *name == "client_id").map(|(_, id)| *id);
    let mut claims = claims(&pairs);
    claims.extend([
        ("iss".into(), client_id.into()),
        ("aud".into(), metadata.issuer.as_str().into()),
        ("jti".into(), base64url::encode(random).into()),
        ("iat".into(), now.0.into()),
        ("nbf".into(), now.0.into()),
        ("exp".into(), (now + LIFETIME).0.into()),
    ]);
    Draft::new(&object(header), &Value::Object(claims))
}

/// The address to send the user to with a request object that is signed, where it is not pushed.
///
/// # Errors
/// `discovery_invalid`: the server has no authorization endpoint.
///
/// Source: [RFC 9101 §5](https://www.rfc-editor.org/rfc/rfc9101#section-5)
pub fn url(metadata: &Metadata, client_id: &str, object: &str) -> Result<String, Error> {
    let pairs = [("client_id", client_id), ("request", object)];
    Ok(form::with_query(metadata.authorization_endpoint()?, &pairs))
}

/// Repeated parameters become a list, `max_age` a number, and JSON what it says.
fn claims(pairs: &[(&str, &str)]) -> Map {
    let mut claims = Map::new();
    for (name, text) in pairs {
        let value = match *name {
            "max_age" => text.parse::<u32>().map_or_else(|_| (*text).into(), Value::from),
            name if JSON.contains(&name) => json::parse(text.as_bytes()).unwrap_or_else(|_| (*text).into()),
            _ => (*text).into(),
        };
        let value = match claims.get(name) {
            None => value,
            Some(Value::Array(before)) => Value::Array([before.as_slice(), &[value]].concat()),
            Some(before) => Value::Array(Vec::from([before.clone(), value])),
        };
        claims.insert((*name).into(), value);
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Reach, Response},
        jose::jws::Unverified,
        oauth::{
            authorize::{Target, Transaction, Wishes},
            discovery,
        },
    };

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

    fn metadata(members: &str) -> Metadata {
        let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
        let body = format!(
            r#"{{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize"{members}}}"#
        );
        discovery::response(&issuer, &Response { status: 200, headers: vec![], body: body.into() })
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_request_object_holds_every_parameter_in_its_own_type() {
        let target = Target {
            issuer: "https://server.example.com".into(),
            redirect_uri: "https://client.example.org/cb".into(),
            scope: "openid".into(),
            resources: vec![
                "https://a.example".into(),
                "https://b.example".into(),
                "https://c.example".into(),
            ],
        };
        let start = Transaction::begin(target, &[7; 96], NOW);
        let wishes = Wishes {
            max_age: Some(Seconds(60)),
            extra: vec![
                ("authorization_details".into(), r#"[{"type":"x"}]"#.into()),
                ("claims".into(), "not json".into()),
                ("iss".into(), "https://evil.example".into()),
            ],
            ..Wishes::default()
        };
        let parameters = Parameters::new("s6BhdRkqt3", &start, &wishes, start.verifier.challenge()).unwrap();
        let key = (Algorithm::Es256, Some("k2bdc"));
        let text = draft(&metadata(""), &parameters, key, &[7; 16], NOW).finish(&[1; 64]);
        let token = Unverified::parse(&text).unwrap();
        assert_eq!(token.header().typ.as_deref(), Some("oauth-authz-req+jwt"));
        assert_eq!(token.header().kid.as_deref(), Some("k2bdc"));
        let claim = |name: &str| token.unverified_claim(name).map(Value::to_text).unwrap_or_default();
        for (name, value) in [
            ("iss", r#""s6BhdRkqt3""#),
            ("aud", r#""https://server.example.com""#),
            ("client_id", r#""s6BhdRkqt3""#),
            ("response_type", r#""code""#),
            ("redirect_uri", r#""https://client.example.org/cb""#),
            ("resource", r#"["https://a.example","https://b.example","https://c.example"]"#),
            ("max_age", "60"),
            ("authorization_details", r#"[{"type":"x"}]"#),
            ("claims", r#""not json""#),
            ("iat", "1800000000"),
            ("nbf", "1800000000"),
            ("exp", "1800000300"),
        ] {
            assert_eq!(claim(name), value, "{name}");
        }
        // RFC 9101 §4: never `request` or `request_uri`; §5: `sub` would make it an authentication.
        for absent in ["request", "request_uri", "sub", "code_verifier"] {
            assert!(token.unverified_claim(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn the_address_names_the_client_and_the_object() {
        assert_eq!(
            url(&metadata(""), "s6BhdRkqt3", "eyJhbG..AlMGzw").unwrap(),
            "https://server.example.com/authorize?client_id=s6BhdRkqt3&request=eyJhbG..AlMGzw"
        );
        assert_eq!(is_required(&metadata(r#","require_signed_request_object":true"#)), Ok(true));
        assert_eq!(is_required(&metadata("")), Ok(false));
    }
}
