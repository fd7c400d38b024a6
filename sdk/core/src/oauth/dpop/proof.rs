//! A proof on its way from text to something that may be believed.

use alloc::string::String;

use sha2::{Digest, Sha256};

use crate::{
    base64url,
    error::{Code, Error},
    jose::{Algorithm, Key, engine, jws, thumbprint},
    json::{Map, Value},
    jwt::numeric_date,
    oauth::dpop::{Nonces, Use, normalised},
    time::{Seconds, UnixSeconds},
};

/// The algorithms that proofs may be signed with by default: all that are not symmetric.
pub const ALGORITHMS: [Algorithm; 11] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Ed25519,
    Algorithm::EdDsa,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
];

/// How long a `jti` may be, in bytes.
pub const MAX_JTI: usize = 256;

/// Members that make a JWK a private or a secret key.
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// A proof that was read but not verified: nothing in it may be believed.
pub struct Unverified<'t> {
    token: jws::Unverified<'t>,
    key: Key,
    alg: Algorithm,
}

/// A proof whose signature was verified with the key in it.
pub struct Proof {
    thumbprint: String,
    claims: Map,
}

/// How far a proof's `iat` may lie from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    back: Seconds,
}

/// What a proof must say.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The absolute address of the request.
    pub url: &'a str,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// The thumbprint that the access token is bound to.
    pub thumbprint: &'a str,
    /// The nonces of this server, if it asks for them.
    pub nonces: Option<&'a Nonces>,
    /// How old the proof may be.
    pub window: Window,
}

/// What a proof must say that comes without an access token: one that asks for a token.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The absolute address of the request.
    pub url: &'a str,
    /// The nonces of this server, if it asks for them.
    pub nonces: Option<&'a Nonces>,
    /// How old the proof may be.
    pub window: Window,
}

impl Window {
    /// The longest time that a proof may be good for.
    pub const MAX: Seconds = Seconds(300);
    /// How far in the future `iat` may lie, because clients' clocks differ.
    pub const FORWARD: Seconds = Seconds(10);

    /// Accepts proofs that were made at most this long ago.
    ///
    /// # Errors
    /// `config_invalid` at `dpop.max_age_seconds`: zero, or more than 300 seconds.
    pub fn new(back: Seconds) -> Result<Self, Error> {
        if back == Seconds(0) || back > Self::MAX {
            return Err(Error::at(Code::ConfigInvalid, "dpop.max_age_seconds"));
        }
        Ok(Self { back })
    }
}

impl Default for Window {
    fn default() -> Self {
        Self { back: Seconds(60) }
    }
}

impl<'t> Unverified<'t> {
    /// Reads the value of the one `DPoP` header. Repeated headers arrive joined by a comma, which
    /// no proof contains.
    ///
    /// # Errors
    /// `dpop_proof_invalid`, at the member: not a strict JWS of at most 16 KiB, a `typ` other than
    /// `dpop+jwt`, an `alg` that is not among `algorithms`, or a `jwk` that is absent, not usable
    /// for `alg`, symmetric or with private members.
    ///
    /// Source: [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3) 1–6
    pub fn parse(text: &'t str, algorithms: &[Algorithm]) -> Result<Self, Error> {
        let (token, header) = jws::Unverified::parse_with_header(text).map_err(|error| invalid(error.at))?;
        if token.header().typ.as_deref() != Some("dpop+jwt") {
            return Err(invalid("typ"));
        }
        let allowed = |alg: &Algorithm| !alg.is_symmetric() && algorithms.contains(alg);
        let alg = token.header().alg.filter(allowed).ok_or_else(|| invalid("alg"))?;
        let jwk = header.get("jwk").and_then(Value::as_object).ok_or_else(|| invalid("jwk"))?;
        if PRIVATE.iter().any(|member| jwk.contains_key(member)) {
            return Err(invalid("jwk"));
        }
        let key = Key::parse(jwk).ok().filter(|key| key.permits(alg)).ok_or_else(|| invalid("jwk"))?;
        Ok(Self { token, key, alg })
    }

    /// The key that the proof claims to be signed with.
    #[must_use]
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.alg
    }

    /// The nonce, which tells whether the client has the newest one; not to be believed.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.token.unverified_claim("nonce").and_then(Value::as_str)
    }

    /// What the signature covers.
    #[must_use]
    pub const fn signing_input(&self) -> &[u8] {
        self.token.signing_input()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.token.signature()
    }

    /// Verifies with the crates of [`engine`].
    ///
    /// # Errors
    /// As [`Unverified::verified`].
    ///
    /// Source: [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3) 7
    pub fn verify(self) -> Result<Proof, Error> {
        let outcome = engine::verify(&self.key, self.alg, self.signing_input(), self.signature());
        self.verified(outcome)
    }

    /// Takes the verdict of an engine outside of this crate on [`signature`](Self::signature).
    ///
    /// # Errors
    /// `dpop_proof_invalid` at `signature`: it is not good. `algorithm_unsupported`: the engine
    /// cannot tell.
    pub fn verified(self, verdict: Result<(), Error>) -> Result<Proof, Error> {
        match verdict {
            Ok(()) => Ok(Proof {
                thumbprint: thumbprint::sha256(&self.key),
                claims: self.token.dangerous_trust().payload.into_members(),
            }),
            Err(error) if error.code == Code::AlgorithmUnsupported => Err(error),
            Err(_) => Err(invalid("signature")),
        }
    }
}

impl Proof {
    /// Checks what the proof says against the request it came with.
    ///
    /// # Errors
    /// `dpop_proof_invalid`, at the claim: `jti`, `htm`, `htu`, `iat` or `ath` is absent or
    /// mistyped, or `jti` is longer than 256 bytes. `dpop_method_mismatch`, `dpop_url_mismatch`,
    /// `dpop_proof_expired`, `dpop_proof_not_yet_valid`, `dpop_token_mismatch`,
    /// `dpop_key_mismatch`; last `dpop_nonce_required`, so that only a proof that is good
    /// otherwise is worth another try.
    ///
    /// Source: [RFC 9449 §4.3](https://www.rfc-editor.org/rfc/rfc9449#section-4.3) 3 and 8–12
    pub fn check(self, expected: &Expected<'_>, now: UnixSeconds) -> Result<Use, Error> {
        let (target, until) = self.check_request(expected.method, expected.url, expected.window, now)?;
        if self.text("ath")? != base64url::encode(&Sha256::digest(expected.access_token)) {
            return Err(Error::at(Code::DpopTokenMismatch, "ath"));
        }
        if self.thumbprint != expected.thumbprint {
            return Err(Error::at(Code::DpopKeyMismatch, "jwk"));
        }
        self.check_nonce(expected.nonces, now)?;
        Ok(Use::new(self.thumbprint.clone(), &target, self.text("jti")?, until))
    }

    /// Checks what the proof says against a request for a token, which comes without one. Which key the
    /// token is bound to, [`Use::thumbprint`] tells.
    ///
    /// # Errors
    /// As [`check`](Self::check), but for the token's.
    ///
    /// Source: [RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449#section-5)
    pub fn check_asking(self, asking: &Asking<'_>, now: UnixSeconds) -> Result<Use, Error> {
        let (target, until) = self.check_request(asking.method, asking.url, asking.window, now)?;
        self.check_nonce(asking.nonces, now)?;
        Ok(Use::new(self.thumbprint.clone(), &target, self.text("jti")?, until))
    }

    /// The address that the proof is for, and the time from which on it is no longer good.
    fn check_request(
        &self,
        method: &str,
        url: &str,
        window: Window,
        now: UnixSeconds,
    ) -> Result<(String, UnixSeconds), Error> {
        let jti = self.text("jti")?;
        if jti.is_empty() || jti.len() > MAX_JTI {
            return Err(invalid("jti"));
        }
        if self.text("htm")? != method {
            return Err(Error::at(Code::DpopMethodMismatch, "htm"));
        }
        let target = normalised(self.text("htu")?).ok_or_else(|| invalid("htu"))?;
        if normalised(url).is_none_or(|own| own != target) {
            return Err(Error::at(Code::DpopUrlMismatch, "htu"));
        }
        Ok((target, self.check_times(window, now)?))
    }

    fn check_nonce(&self, nonces: Option<&Nonces>, now: UnixSeconds) -> Result<(), Error> {
        let Some(nonces) = nonces else { return Ok(()) };
        let nonce = self.claims.contains_key("nonce").then(|| self.text("nonce")).transpose()?;
        nonces.check(nonce, now)
    }

    /// Whether now is within the window, and `exp` and `nbf`, which no proof needs, do not say
    /// otherwise; gives the time from which on the window is over.
    fn check_times(&self, window: Window, now: UnixSeconds) -> Result<UnixSeconds, Error> {
        let date = |name| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => numeric_date(value).map(Some).ok_or_else(|| invalid(name)),
        };
        let made = date("iat")?.ok_or_else(|| invalid("iat"))?;
        let until = made + window.back + Seconds(1);
        if now >= until {
            return Err(Error::at(Code::DpopProofExpired, "iat"));
        }
        if date("exp")?.is_some_and(|expires| now >= expires) {
            return Err(Error::at(Code::DpopProofExpired, "exp"));
        }
        for (at, start) in [("iat", Some(made)), ("nbf", date("nbf")?)] {
            if start.is_some_and(|start| start > now + Window::FORWARD) {
                return Err(Error::at(Code::DpopProofNotYetValid, at));
            }
        }
        Ok(until)
    }

    fn text(&self, name: &'static str) -> Result<&str, Error> {
        self.claims.get(name).and_then(Value::as_str).ok_or_else(|| invalid(name))
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::DpopProofInvalid, at)
}

#[cfg(test)]
mod tests;
