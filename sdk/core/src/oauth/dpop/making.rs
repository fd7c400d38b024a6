//! Proofs as a client makes them.

use alloc::{string::String, vec::Vec};

use sha2::{Digest, Sha256};

use crate::{
    base64url,
    error::{Code, Error},
    jose::{Algorithm, Draft},
    json::{Map, Value, object},
    time::UnixSeconds,
};

/// The public half of the key that proofs are made with, and the algorithm that goes with it.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKey {
    alg: Algorithm,
    jwk: Value,
}

/// The request that a proof is made for.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The method.
    pub method: &'a str,
    /// The absolute address as it is sent, with or without query.
    pub url: &'a str,
    /// The access token that goes with it; `None` at the authorization server.
    pub access_token: Option<&'a str>,
    /// The nonce that the server gave last.
    pub nonce: Option<&'a str>,
}

impl PublicKey {
    /// Reads a JWK, and keeps nothing of it but the members that its `kty` requires.
    ///
    /// RSA keys sign with the algorithm that the JWK names, or else with RS256.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member: an unknown `kty` or `crv`, or a missing or mistyped member.
    pub fn read(jwk: &Map) -> Result<Self, Error> {
        let text = |name| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let (alg, names): (_, &[&'static str]) = match (text("kty"), text("crv")) {
            ("EC", "P-256") => (Algorithm::Es256, &["crv", "kty", "x", "y"]),
            ("EC", "P-384") => (Algorithm::Es384, &["crv", "kty", "x", "y"]),
            ("OKP", "Ed25519") => (Algorithm::EdDsa, &["crv", "kty", "x"]),
            ("RSA", _) if text("alg") == "PS256" => (Algorithm::Ps256, &["e", "kty", "n"]),
            ("RSA", _) => (Algorithm::Rs256, &["e", "kty", "n"]),
            _ => return Err(Error::at(Code::JwkInvalid, "kty")),
        };
        let mut members = Map::new();
        for name in names {
            let value = text(name);
            if value.is_empty() {
                return Err(Error::at(Code::JwkInvalid, name));
            }
            members.insert((*name).into(), value.into());
        }
        Ok(Self { alg, jwk: Value::Object(members) })
    }

    /// The algorithm that proofs are signed with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.alg
    }

    /// The thumbprint, which an authorization request may name as `dpop_jkt`
    /// ([RFC 9449 §10](https://www.rfc-editor.org/rfc/rfc9449#section-10)), and a bound token
    /// names as `cnf.jkt`.
    ///
    /// Source: [RFC 7638 §3](https://www.rfc-editor.org/rfc/rfc7638#section-3)
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // The members are the required ones, sorted and without whitespace, as the RFC hashes them.
        base64url::encode(&Sha256::digest(self.jwk.to_text()))
    }

    /// A proof for one request, to be signed. The 16 random bytes become `jti`; `now` is the
    /// server's time, see [`Skew`](crate::oauth::clock::Skew).
    ///
    /// Source: [RFC 9449 §4.2](https://www.rfc-editor.org/rfc/rfc9449#section-4.2)
    #[must_use]
    pub fn proof(&self, sending: &Sending<'_>, random: &[u8; 16], now: UnixSeconds) -> Draft {
        let header = object(Vec::from([
            ("typ", "dpop+jwt".into()),
            ("alg", self.alg.name().into()),
            ("jwk", self.jwk.clone()),
        ]));
        let target = sending.url.split(['?', '#']).next().unwrap_or_default();
        let mut claims: Vec<(&str, Value)> = Vec::from([
            ("jti", base64url::encode(random).into()),
            ("htm", sending.method.into()),
            ("htu", target.into()),
            ("iat", now.0.into()),
        ]);
        let hash = |token: &str| base64url::encode(&Sha256::digest(token));
        claims.extend(sending.access_token.map(|token| ("ath", hash(token).into())));
        claims.extend(sending.nonce.map(|nonce| ("nonce", nonce.into())));
        Draft::new(&header, &object(claims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jose::jws::Unverified,
        json,
        oauth::dpop::{self, Nonces},
        secret::Secret,
    };

    /// The key of RFC 9449 §4.1, as WebCrypto exports it.
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","ext":true,"key_ops":["verify"],
        "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;

    fn key(jwk: &str) -> Result<PublicKey, Error> {
        PublicKey::read(&json::parse_object(jwk.as_bytes()).unwrap())
    }

    fn claims(sending: &Sending<'_>) -> String {
        let draft = key(JWK).unwrap().proof(sending, &[7; 16], UnixSeconds(1_562_262_616));
        let text = draft.finish(&[0; 64]);
        Unverified::parse(&text).unwrap().dangerous_trust().payload.text().to_owned()
    }

    #[test]
    fn a_proof_says_what_rfc_9449_prescribes() {
        let sending = Sending {
            method: "POST",
            url: "https://server.example.com/token?a=b#c",
            access_token: None,
            nonce: None,
        };
        assert_eq!(
            claims(&sending),
            r#"{"htm":"POST","htu":"https://server.example.com/token","iat":1562262616,"jti":"BwcHBwcHBwcHBwcHBwcHBw"}"#
        );
        // The hash of the example in §7.1.
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let more = claims(&Sending { access_token: Some(token), nonce: Some("n"), ..sending });
        assert!(more.contains(r#""ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo""#));
        assert!(more.contains(r#""nonce":"n""#));
    }

    #[test]
    fn what_is_made_here_is_taken_by_the_other_side() {
        let now = UnixSeconds(1_800_000_000);
        let nonces = Nonces::new(Secret::new(vec![7; 32])).unwrap();
        let nonce = nonces.current(now);
        let url = "https://api.example/a?b=c";
        let sending = Sending { method: "PATCH", url, access_token: Some("at"), nonce: Some(&nonce) };
        let public = key(JWK).unwrap();
        let text = public.proof(&sending, &[7; 16], now).finish(&[1; 64]);
        // The signature is WebCrypto's to make and an engine's to judge.
        let proof = dpop::Unverified::parse(&text, &dpop::ALGORITHMS).unwrap().verified(Ok(())).unwrap();
        let expected = dpop::Expected {
            method: "PATCH",
            url,
            access_token: "at",
            thumbprint: &public.thumbprint(),
            nonces: Some(&nonces),
            window: dpop::Window::default(),
        };
        assert!(proof.check(&expected, now).is_ok());
    }

    #[test]
    fn its_header_holds_the_public_key_and_nothing_else_of_it() {
        let private = JWK.replace("\"kty\"", "\"d\":\"secret\",\"kty\"");
        let sending = Sending { method: "GET", url: "https://a.example/", access_token: None, nonce: None };
        let text = key(&private).unwrap().proof(&sending, &[7; 16], UnixSeconds(0)).finish(&[0; 64]);
        let (token, header) = Unverified::parse_with_header(&text).unwrap();
        assert_eq!(token.header().typ.as_deref(), Some("dpop+jwt"));
        assert_eq!(token.header().alg, Some(Algorithm::Es256));
        let names: Vec<_> = header.get("jwk").unwrap().as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["crv", "kty", "x", "y"]);
    }

    #[test]
    fn the_thumbprint_is_that_of_the_key_that_is_verified_with() {
        // The `jkt` of RFC 9449 §6.1.
        assert_eq!(key(JWK).unwrap().thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn keys_come_with_their_algorithm() {
        for (jwk, alg) in [
            (r#"{"kty":"EC","crv":"P-384","x":"a","y":"b"}"#, Algorithm::Es384),
            (r#"{"kty":"OKP","crv":"Ed25519","x":"a"}"#, Algorithm::EdDsa),
            (r#"{"kty":"RSA","alg":"PS256","n":"a","e":"AQAB"}"#, Algorithm::Ps256),
            (r#"{"kty":"RSA","n":"a","e":"AQAB"}"#, Algorithm::Rs256),
        ] {
            assert_eq!(key(jwk).unwrap().algorithm(), alg, "{jwk}");
        }
        for (jwk, at) in [
            (r#"{"kty":"oct","k":"a"}"#, "kty"),
            (r#"{"kty":"EC","crv":"secp256k1","x":"a","y":"b"}"#, "kty"),
            (r#"{"kty":"EC","crv":"P-256","x":"a"}"#, "y"),
            (r#"{"kty":"RSA","n":1,"e":"AQAB"}"#, "n"),
            ("{}", "kty"),
        ] {
            assert_eq!(key(jwk), Err(Error::at(Code::JwkInvalid, at)), "{jwk}");
        }
    }
}
