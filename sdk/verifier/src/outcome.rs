//! What a verified token gives.

use edgeward_core::{Error, jose::Algorithm, json::Map};
use edgeward_host::verifier::{Accepted, Standing};
use tsify::Tsify;

use crate::written::push_text;

/// A token that was accepted.
///
/// @example
/// ```ts
/// const mayWrite = (verified: Verified) => verified.scope.includes("todos:write");
/// ```
#[derive(Tsify)]
#[expect(dead_code, reason = "declares the TypeScript type; `to_text` writes it")]
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
#[expect(dead_code, reason = "declares the TypeScript type; `to_text` writes it")]
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
    /// For how long the answer stands, as four numbers with a space behind each, and the JSON text. The claims
    /// stand in it as they were signed.
    ///
    /// The numbers: from when and until when in milliseconds since 1970, the issuer's place, and the
    /// number of its key set. An answer that does not stand for later has no numbers.
    ///
    /// # Errors
    /// `token_claim_invalid`: `scope` is mistyped.
    pub fn to_text(accepted: &Accepted) -> Result<String, Error> {
        let Accepted { header, claims, standing } = accepted;
        let mut out = standing.map_or_else(String::new, |standing| {
            let Standing { from, until, issuer, generation } = standing;
            format!("{from} {until} {issuer} {generation} ")
        });
        out.push_str("{\"subject\":");
        push_text(&mut out, claims.text("sub")?);
        out.push_str(",\"scope\":[");
        for (at, scope) in claims.scopes()?.into_iter().enumerate() {
            out.push_str(if at == 0 { "" } else { "," });
            push_text(&mut out, Some(scope));
        }
        let header = [
            ("],\"header\":{\"alg\":", header.alg.map(Algorithm::name)),
            (",\"kid\":", header.kid.as_deref()),
            (",\"typ\":", header.typ.as_deref()),
        ];
        for (name, value) in header {
            out.push_str(name);
            push_text(&mut out, value);
        }
        out.push_str("},\"claims\":");
        out.push_str(claims.json());
        out.push('}');
        Ok(out)
    }
}
