//! What a verified token gives.

use edgeward_core::{
    Error,
    jose::{Algorithm, jws::Header},
    json::{Map, Value, object},
};
use edgeward_host::verifier::Accepted;
use tsify::Tsify;

use crate::written;

/// A token that was accepted.
///
/// @example
/// ```ts
/// const mayWrite = (verified: Verified) => verified.scope.includes("todos:write");
/// ```
#[derive(Tsify)]
#[expect(dead_code, reason = "declares the TypeScript type; `to_json` writes it")]
pub struct Verified {
    /// The claim `sub`.
    #[tsify(type = "string | null")]
    subject: Option<String>,
    /// The scopes, from `scope` or `scp`.
    scope: Vec<String>,
    /// Every claim.
    #[tsify(type = "Record<string, unknown>")]
    claims: Map,
    /// The header.
    header: VerifiedHeader,
}

/// The header of a token that was accepted.
///
/// @example
/// ```ts
/// const key = (header: VerifiedHeader) => header.kid ?? "the only one";
/// ```
#[derive(Tsify)]
#[expect(dead_code, reason = "declares the TypeScript type; `to_json` writes it")]
pub struct VerifiedHeader {
    /// The algorithm.
    #[tsify(type = "Algorithm | null")]
    alg: Option<Algorithm>,
    /// The key's id.
    #[tsify(type = "string | null")]
    kid: Option<String>,
    /// The type.
    #[tsify(type = "string | null")]
    typ: Option<String>,
}

impl Verified {
    /// The JSON text. The claims stand in it as they were signed.
    ///
    /// # Errors
    /// `token_claim_invalid`: `scope` is mistyped.
    pub fn to_json(accepted: &Accepted) -> Result<String, Error> {
        let Accepted { header, claims } = accepted;
        let members = vec![
            ("subject", written::text(claims.text("sub")?)),
            ("scope", written::texts(claims.scopes()?)),
            ("header", written_header(header)),
        ];
        Ok(written::with_claims(members, claims.json()))
    }
}

fn written_header(header: &Header) -> Value {
    object(vec![
        ("alg", written::text(header.alg.map(Algorithm::name))),
        ("kid", written::text(header.kid.as_deref())),
        ("typ", written::text(header.typ.as_deref())),
    ])
}
