//! The TypeScript types of what goes in: options and requirements.
//!
//! They are declared here, and read member by member, so that an error names the member that is
//! wrong.

#![expect(dead_code, reason = "declares TypeScript types")]

use edgeward_core::{
    jose::{
        Algorithm,
        jwe::{ContentEncryption, KeyManagement},
    },
    json::Value,
    jwt::{Profile, TokenType},
};
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// What tokens of an issuer are accepted, and where its keys come from: from `jwks`, from `jwksUri`,
/// from a secret, or else from the issuer's metadata.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct IssuerOptions {
    /// What `iss` must equal.
    issuer: String,
    /// What `aud` must be or contain; one of them, if there are several. It may be left out where
    /// `authorizedParties` stand, for tokens without `aud`.
    #[tsify(optional, type = "string | string[]")]
    audience: Option<Vec<String>>,
    /// What `alg` must be one of.
    algorithms: Vec<Algorithm>,
    /// Where the key set is.
    #[tsify(optional)]
    jwks_uri: Option<String>,
    /// The key set itself; nothing is fetched then.
    #[tsify(optional, type = "{ keys: object[] }")]
    jwks: Option<Value>,
    /// What the header member `typ` must be. Default: `any`.
    #[tsify(optional)]
    #[serde(rename = "type")]
    token_type: Option<TokenType>,
    /// How far the two clocks may differ, 0 to 300. Default: 60.
    #[tsify(optional)]
    clock_tolerance_seconds: Option<u32>,
    /// How long after `iat` a token is accepted. Default: as long as it has not expired.
    #[tsify(optional)]
    max_token_age_seconds: Option<u32>,
    /// How long a token may live, from `iat` to `exp`. Default: any time.
    #[tsify(optional)]
    max_token_lifetime_seconds: Option<u32>,
    /// Whether a token without `exp` is refused. Default: true.
    #[tsify(optional)]
    require_expiration: Option<bool>,
    /// What `azp`, or `client_id`, must be one of. Default: any.
    #[tsify(optional, type = "string | string[]")]
    authorized_parties: Option<Vec<String>>,
    /// Claims that must be there. Default: `exp`.
    #[tsify(optional, type = "string | string[]")]
    required_claims: Option<Vec<String>>,
    /// `rfc9068`: the type is `at+jwt`, and the token says all that RFC 9068 asks for. Default: `jwt`.
    #[tsify(optional)]
    profile: Option<Profile>,
    /// Whether `iss` may have or lack a slash at its end, as with Convex. Default: false.
    #[tsify(optional)]
    issuer_trailing_slash: Option<bool>,
    /// SHA-256 thumbprints (RFC 7638) of the keys that may verify, whatever the issuer publishes.
    #[tsify(optional)]
    pinned_keys: Option<Vec<String>>,
    /// Where the subject stands: a claim's name, or a JSON Pointer. Default: `sub`.
    #[tsify(optional)]
    subject_claim: Option<String>,
    /// The character between subject and session, where one claim holds both.
    #[tsify(optional)]
    subject_separator: Option<String>,
    /// Where the session's id stands. Default: `sid`.
    #[tsify(optional)]
    session_claim: Option<String>,
    /// Where the roles stand. Default: `roles`.
    #[tsify(optional)]
    roles_claim: Option<String>,
    /// Where the permissions stand. Default: `permissions`.
    #[tsify(optional)]
    permissions_claim: Option<String>,
    /// Where the authentication context stands. Default: `acr`.
    #[tsify(optional)]
    acr_claim: Option<String>,
    /// What the claims of every token must be.
    #[tsify(optional)]
    claims: Option<Vec<ClaimRequirement>>,
    /// How encrypted tokens are opened. Without, none is accepted.
    #[tsify(optional)]
    decryption: Option<DecryptionOptions>,
}

/// How an issuer's encrypted tokens are opened: by WebCrypto, and so never by `verifySync`. What is
/// inside must be a signed token, and is verified like any other.
///
/// @example
/// ```ts
/// const decryption: DecryptionOptions = { keys: [privateJwk], algorithms: ["ECDH-ES"], encryptions: ["A256GCM"] };
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DecryptionOptions {
    /// The keys of this API: private JWKs, or secret ones that say their `alg`.
    #[tsify(type = "object[]")]
    keys: Vec<Value>,
    /// What the header member `alg` must be one of.
    algorithms: Vec<KeyManagement>,
    /// What the header member `enc` must be one of.
    encryptions: Vec<ContentEncryption>,
    /// Whether tokens that are only signed are refused. Default: false.
    #[tsify(optional)]
    required: Option<bool>,
}

/// Where credentials may stand, and how answers name what is protected.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct VerifierOptions {
    /// Names of headers that hold nothing but a token.
    #[tsify(optional, type = "string | string[]")]
    header: Option<Vec<String>>,
    /// Names of cookies that hold a token, without `__Host-` and `__Secure-`, which go first.
    #[tsify(optional, type = "string | string[]")]
    cookie: Option<Vec<String>>,
    /// Whether a WebSocket may offer `edgeward.bearer.<token>` as a subprotocol. Default: false.
    #[tsify(optional)]
    web_socket: Option<bool>,
    /// The name of a query parameter that holds a token. Addresses end up in logs: only for what
    /// can send nothing else.
    #[tsify(optional)]
    query_parameter: Option<String>,
    /// Whether tokens that are bound to a key are taken with its proof (RFC 9449), and what the
    /// proof must satisfy. Uses of proofs are noted in this process or isolate alone.
    #[tsify(optional, type = "boolean | DpopOptions")]
    dpop: Option<DpopOptions>,
    /// This API's own address: what challenges and metadata (RFC 9728) name.
    #[tsify(optional)]
    resource: Option<String>,
    /// The scopes that the metadata name.
    #[tsify(optional)]
    scopes_supported: Option<Vec<String>>,
    /// The realm in challenges. Default: `edgeward`.
    #[tsify(optional)]
    realm: Option<String>,
    /// The browsers' origins that may read why a request was turned away.
    #[tsify(optional)]
    allowed_origins: Option<Vec<String>>,
    /// The origin under which clients call this server, where a proxy stands before it.
    #[tsify(optional)]
    public_origin: Option<String>,
    /// Whether http on loopback is allowed. Default: false.
    #[tsify(optional)]
    development: Option<bool>,
    /// Whether signatures may be verified by own arithmetic, where that is faster. Default: true.
    #[tsify(optional)]
    kernels: Option<bool>,
    /// Whether each signature that own arithmetic verifies is verified the general way as well; where the
    /// two disagree, the token is refused with `internal_error`. Default: false, or true where the
    /// environment has `EDGEWARD_PARANOID`.
    #[tsify(optional)]
    paranoid: Option<bool>,
}

/// What proofs of possession must satisfy.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DpopOptions {
    /// What they may be signed with. Default: every algorithm of key pairs.
    #[tsify(optional)]
    algorithms: Option<Vec<Algorithm>>,
    /// How old they may be, 1 to 300.
    #[tsify(optional)]
    max_age_seconds: Option<u32>,
}

/// What a request must bring. Without any: a valid credential of whatever kind.
///
/// @example
/// ```ts
/// const requirements: Requirements = { scopes: ["todos:write"], credential: "required" };
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Requirements {
    /// Whether a credential must be there, may be there (and must then be valid), or must not.
    /// Default: `required`.
    #[tsify(optional, type = "\"required\" | \"optional\" | \"forbidden\"")]
    credential: Option<String>,
    /// The kinds of credentials, in the order in which they are looked for. Default: every one.
    #[tsify(optional)]
    credentials: Option<Vec<CredentialKind>>,
    /// The issuers that count. Default: every one.
    #[tsify(optional)]
    issuers: Option<Vec<String>>,
    /// Scopes, all of which are needed.
    #[tsify(optional)]
    scopes: Option<Vec<String>>,
    /// Scopes, one of which is needed.
    #[tsify(optional)]
    any_scope: Option<Vec<String>>,
    /// Permissions, all of which are needed.
    #[tsify(optional)]
    permissions: Option<Vec<String>>,
    /// Permissions, one of which is needed.
    #[tsify(optional)]
    any_permission: Option<Vec<String>>,
    /// Roles, all of which are needed.
    #[tsify(optional)]
    roles: Option<Vec<String>>,
    /// Roles, one of which is needed.
    #[tsify(optional)]
    any_role: Option<Vec<String>>,
    /// What claims must be.
    #[tsify(optional)]
    claims: Option<Vec<ClaimRequirement>>,
    /// How long ago the user may have signed in (`auth_time`).
    #[tsify(optional)]
    max_authentication_age_seconds: Option<u32>,
    /// Authentication contexts (`acr`), one of which is needed.
    #[tsify(optional)]
    acr: Option<Vec<String>>,
    /// Authentication methods (`amr`), all of which are needed.
    #[tsify(optional)]
    amr: Option<Vec<String>>,
}

/// What a claim must be: exactly one of the three rules.
///
/// @example
/// ```ts
/// const requirements: Requirements = { claims: [{ claim: "org", equals: "acme" }] };
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ClaimRequirement {
    /// The claim's name, or a JSON Pointer (RFC 6901).
    claim: String,
    /// This value.
    #[tsify(optional, type = "unknown")]
    equals: Option<Value>,
    /// One of these values.
    #[tsify(optional, type = "unknown[]")]
    one_of: Option<Vec<Value>>,
    /// An array with this value in it.
    #[tsify(optional, type = "unknown")]
    contains: Option<Value>,
}

/// How a credential is presented.
///
/// @example
/// ```ts
/// const kinds: CredentialKind[] = ["bearer", "dpop"];
/// ```
#[derive(Tsify)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKind {
    /// `Authorization: Bearer`
    Bearer,
    /// `Authorization: DPoP`
    Dpop,
    /// A header of a configured name.
    Header,
    /// A cookie of a configured name.
    Cookie,
    /// A WebSocket's subprotocol.
    WebSocket,
    /// A query parameter of a configured name.
    Query,
}
