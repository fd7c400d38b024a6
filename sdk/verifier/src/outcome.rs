//! What a verified token gives.

use edgeward_core::{Code, Error, jose::Algorithm, json::Map};
use edgeward_host::verifier::Accepted;
use serde::Serialize;
use tsify::Tsify;

/// A token that was accepted.
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
#[derive(Serialize, Tsify)]
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
    /// The JSON text. The claims stand in it as they were signed, because to write them anew would
    /// cost time and could change them.
    ///
    /// # Errors
    /// `token_claim_invalid`: `scope` is mistyped.
    pub fn to_json(accepted: Accepted) -> Result<String, Error> {
        let Accepted { header, claims } = accepted;
        let parts = [
            r#"{"subject":"#,
            &text(&claims.text("sub")?)?,
            r#","scope":"#,
            &text(&claims.scopes()?)?,
            r#","claims":"#,
            claims.json(),
            r#","header":"#,
            &text(&VerifiedHeader { alg: header.alg, kid: header.kid, typ: header.typ })?,
            "}",
        ];
        Ok(parts.concat())
    }
}

fn text(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Code::InternalError.into())
}
