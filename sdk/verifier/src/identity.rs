//! Who a verified request comes from.

use edgeward_core::{gateway::identity, json::Map};
use tsify::Tsify;

use crate::{shapes::CredentialKind, written};

/// Who a verified request comes from.
///
/// @example
/// ```ts
/// const owner = (identity: Identity) => identity.subject;
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "declares the TypeScript type; `to_json` writes it")]
pub struct Identity {
    /// The subject: `sub`, or where the options say.
    #[tsify(type = "string | null")]
    subject: Option<String>,
    /// The claim `iss`.
    issuer: String,
    /// The session's id: `sid`, or where the options say.
    #[tsify(type = "string | null")]
    session_id: Option<String>,
    /// Whom the token was issued to: `client_id`, or else `azp`.
    #[tsify(type = "string | null")]
    client_id: Option<String>,
    /// The claim `jti`.
    #[tsify(type = "string | null")]
    token_id: Option<String>,
    /// The scopes, from `scope` or `scp`.
    scope: Vec<String>,
    /// The permissions.
    permissions: Vec<String>,
    /// The roles.
    roles: Vec<String>,
    /// When the user signed in (`auth_time`), in seconds since 1970.
    #[tsify(type = "number | null")]
    authenticated_at: Option<i64>,
    /// How strong that was: `acr`.
    #[tsify(type = "string | null")]
    acr: Option<String>,
    /// By what means: `amr`.
    amr: Vec<String>,
    /// The claim `iat`, in seconds since 1970.
    #[tsify(type = "number | null")]
    issued_at: Option<i64>,
    /// The claim `exp`, in seconds since 1970.
    #[tsify(type = "number | null")]
    expires_at: Option<i64>,
    /// How the credential was presented.
    credential: CredentialKind,
    /// Every claim.
    #[tsify(type = "Record<string, unknown>")]
    claims: Map,
}

/// The JSON text of an [`Identity`]. The claims stand in it as they were signed.
pub fn to_json(identity: &identity::Identity) -> String {
    let members = vec![
        ("subject", written::text(identity.subject.as_deref())),
        ("issuer", identity.issuer.as_str().into()),
        ("sessionId", written::text(identity.session_id.as_deref())),
        ("clientId", written::text(identity.client_id.as_deref())),
        ("tokenId", written::text(identity.token_id.as_deref())),
        ("scope", written::texts(&identity.scopes)),
        ("permissions", written::texts(&identity.permissions)),
        ("roles", written::texts(&identity.roles)),
        ("authenticatedAt", written::seconds(identity.authenticated_at)),
        ("acr", written::text(identity.acr.as_deref())),
        ("amr", written::texts(&identity.amr)),
        ("issuedAt", written::seconds(identity.issued_at)),
        ("expiresAt", written::seconds(identity.expires_at)),
        ("credential", identity.credential.as_str().into()),
    ];
    written::with_claims(members, identity.json())
}
