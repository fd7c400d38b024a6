//! What a token is bound to. Its claims come out only the way that the binding allows.

use alloc::string::String;

use crate::{
    error::{Code, Error},
    jose::thumbprint,
    json::Value,
    jwt::Claims,
};

/// The validated claims of a token that may be bound to a key.
///
/// They are given out against what the request brought along: nothing ([`Bound::alone`]), or the
/// proof of a key ([`Bound::with`]). There is no third way to them.
#[must_use]
pub struct Bound {
    claims: Claims,
    thumbprint: Option<String>,
}

/// A key that the sender of a request has shown to hold, just now and for this request.
///
/// It is made by [`oauth::dpop`](crate::oauth::dpop), out of a proof that was verified, checked and
/// seen for the first time.
pub struct Possession {
    thumbprint: String,
}

impl Possession {
    pub(crate) const fn shown(thumbprint: String) -> Self {
        Self { thumbprint }
    }
}

impl Bound {
    /// Reads what the claims are bound to.
    ///
    /// # Errors
    /// `token_binding_unsupported` at `cnf`: another method than `jkt`, or one more beside it; to
    /// pass over a method would be to accept the token without its proof. `token_claim_invalid` at
    /// `cnf`: no JSON object, or `jkt` is no SHA-256 thumbprint.
    ///
    /// Source: [RFC 7800 §3.1](https://www.rfc-editor.org/rfc/rfc7800#section-3.1),
    /// [RFC 9449 §6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)
    pub(crate) fn read(claims: Claims) -> Result<Self, Error> {
        let thumbprint = match claims.members().get("cnf") {
            None => None,
            Some(Value::Object(methods)) => match (methods.get("jkt"), methods.len()) {
                (Some(Value::String(jkt)), 1) if thumbprint::is_sha256(jkt) => Some(jkt.clone()),
                (Some(_), 1) => return Err(Error::at(Code::TokenClaimInvalid, "cnf")),
                _ => return Err(Error::at(Code::TokenBindingUnsupported, "cnf")),
            },
            Some(_) => return Err(Error::at(Code::TokenClaimInvalid, "cnf")),
        };
        Ok(Self { claims, thumbprint })
    }

    /// The SHA-256 thumbprint of the key that the token is bound to.
    #[must_use]
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }

    /// The claims, whoever holds the token. For whoever is asked about a token and lets nobody in by it.
    #[must_use]
    pub fn dangerous_claims(self) -> Claims {
        self.claims
    }

    /// The claims of a token that came alone, as Bearer tokens do.
    ///
    /// # Errors
    /// `token_proof_missing` at `cnf`: it is bound to a key.
    ///
    /// Source: [RFC 9449 §7.2](https://www.rfc-editor.org/rfc/rfc9449#section-7.2)
    pub fn alone(self) -> Result<Claims, Error> {
        match self.thumbprint {
            None => Ok(self.claims),
            Some(_) => Err(Error::at(Code::TokenProofMissing, "cnf")),
        }
    }

    /// The claims of a token that came with the proof of a key.
    ///
    /// # Errors
    /// `token_not_bound` at `cnf`: it is bound to none, so the proof says nothing about who may
    /// use it. `dpop_key_mismatch` at `cnf`: it is bound to another key.
    ///
    /// Source: [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1)
    pub fn with(self, key: &Possession) -> Result<Claims, Error> {
        match self.thumbprint {
            None => Err(Error::at(Code::TokenNotBound, "cnf")),
            Some(own) if own == key.thumbprint => Ok(self.claims),
            Some(_) => Err(Error::at(Code::DpopKeyMismatch, "cnf")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jws::Payload;

    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    fn bound(claims: &str) -> Result<Bound, Error> {
        Bound::read(Claims::new(Payload::parse(claims.into()).unwrap()))
    }

    fn jkt(jkt: &str) -> Bound {
        bound(&format!(r#"{{"cnf":{{"jkt":"{jkt}"}}}}"#)).unwrap()
    }

    #[test]
    fn a_bound_token_needs_the_proof_of_its_key() {
        assert_eq!(jkt(JKT).alone().err(), Some(Error::at(Code::TokenProofMissing, "cnf")));
        assert!(jkt(JKT).with(&Possession::shown(JKT.into())).is_ok());
        let other = Possession::shown("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s".into());
        assert_eq!(jkt(JKT).with(&other).err(), Some(Error::at(Code::DpopKeyMismatch, "cnf")));
    }

    #[test]
    fn an_unbound_token_comes_without_a_proof() {
        assert!(bound("{}").unwrap().alone().is_ok());
        let key = Possession::shown(JKT.into());
        assert_eq!(bound("{}").unwrap().with(&key).err(), Some(Error::at(Code::TokenNotBound, "cnf")));
    }

    #[test]
    fn a_binding_that_is_not_understood_is_not_passed_over() {
        let refusal = |cnf: &str| bound(&format!(r#"{{"cnf":{cnf}}}"#)).err().unwrap().code;
        for cnf in ["{}", r#"{"x5t#S256":"a"}"#, r#"{"jwk":{}}"#, &format!(r#"{{"jkt":"{JKT}","kid":"a"}}"#)]
        {
            assert_eq!(refusal(cnf), Code::TokenBindingUnsupported, "{cnf}");
        }
        for cnf in
            ["null", "[]", "\"a\"", "7", r#"{"jkt":7}"#, r#"{"jkt":""}"#, &format!(r#"{{"jkt":"{JKT}="}}"#)]
        {
            assert_eq!(refusal(cnf), Code::TokenClaimInvalid, "{cnf}");
        }
    }
}
