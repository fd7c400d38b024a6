//! Authentication with a token that the client signs.

use alloc::{string::String, vec::Vec};

use crate::{
    base64url,
    jose::{Algorithm, Draft},
    json::{Value, object},
    oauth::client_auth::ClientAuthentication,
    secret::Secret,
    time::{Seconds, UnixSeconds},
};

/// How long an assertion is good for: one request, and a clock that is a little wrong.
pub const ASSERTION_LIFETIME: Seconds = Seconds(60);

/// The `client_assertion_type`.
///
/// Source: [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion that is about to be signed. Every request needs one of its own.
#[derive(Clone, Debug)]
pub struct Assertion(Draft);

impl Assertion {
    /// Says that the client is who it is, to `audience` alone: the server's issuer identifier, or
    /// its token endpoint where a server insists on that. The 16 random bytes become `jti`; `now`
    /// is the server's time.
    ///
    /// Source: [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
    /// [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)
    #[must_use]
    pub fn new(
        client_id: &str,
        audience: &str,
        key: (Algorithm, Option<&str>),
        random: &[u8; 16],
        now: UnixSeconds,
    ) -> Self {
        let (alg, kid) = key;
        let mut header: Vec<(&str, Value)> = Vec::from([("alg", alg.name().into()), ("typ", "JWT".into())]);
        header.extend(kid.map(|kid| ("kid", kid.into())));
        let claims = object(Vec::from([
            ("iss", client_id.into()),
            ("sub", client_id.into()),
            ("aud", audience.into()),
            ("jti", base64url::encode(random).into()),
            ("iat", now.0.into()),
            ("exp", (now + ASSERTION_LIFETIME).0.into()),
        ]));
        Self(Draft::new(&object(header), &claims))
    }

    /// `client_secret_jwt`: the assertion signed with the client's secret.
    #[must_use]
    pub fn with_secret(
        client_id: &str,
        audience: &str,
        secret: &Secret,
        random: &[u8; 16],
        now: UnixSeconds,
    ) -> ClientAuthentication {
        let Self(draft) = Self::new(client_id, audience, (Algorithm::Hs256, None), random, now);
        authentication(draft.finish_hs256(secret))
    }

    /// What is to be signed.
    #[must_use]
    pub fn signing_input(&self) -> &str {
        self.0.signing_input()
    }

    /// `private_key_jwt`: the assertion with its signature.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> ClientAuthentication {
        authentication(self.0.finish(signature))
    }
}

fn authentication(token: String) -> ClientAuthentication {
    ClientAuthentication::Assertion(Secret::new(token.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::{Key, engine, jws::Unverified};

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

    fn token(authentication: ClientAuthentication) -> String {
        let ClientAuthentication::Assertion(token) = authentication else { panic!() };
        String::from_utf8(token.expose().to_vec()).unwrap()
    }

    #[test]
    fn speaks_for_the_client_to_one_server_and_for_a_minute() {
        let assertion =
            Assertion::new("app", "https://a.example", (Algorithm::Es256, Some("k1")), &[7; 16], NOW);
        let input = assertion.signing_input().to_owned();
        let text = token(assertion.finish(&[1; 64]));
        assert!(text.starts_with(&input));
        let token = Unverified::parse(&text).unwrap();
        let header = token.header();
        assert_eq!((header.alg, header.kid.as_deref()), (Some(Algorithm::Es256), Some("k1")));
        assert_eq!(header.typ.as_deref(), Some("JWT"));
        assert_eq!(token.signature(), [1; 64]);
        let claims = token.dangerous_trust().payload;
        assert_eq!(
            claims.text(),
            r#"{"aud":"https://a.example","exp":1800000060,"iat":1800000000,"iss":"app","jti":"BwcHBwcHBwcHBwcHBwcHBw","sub":"app"}"#
        );
    }

    #[test]
    fn a_secret_signs_as_well() {
        let secret = Secret::new(vec![b'x'; 32]);
        let text = token(Assertion::with_secret("app", "https://a.example", &secret, &[7; 16], NOW));
        let token = Unverified::parse(&text).unwrap();
        let key = Key::symmetric(secret, None);
        engine::verify(&key, Algorithm::Hs256, token.signing_input(), token.signature()).unwrap();
    }
}
