//! Who a verified token speaks for.

mod headers;

use alloc::{string::String, vec::Vec};

pub use headers::HEADER_PREFIX;
pub(super) use headers::encoded as header_text;

use crate::{
    error::{Code, Error},
    gateway::{claim::ClaimPath, credential::Kind},
    json::{Map, Value},
    jwt::Claims,
    oauth::logout::token,
    time::UnixSeconds,
};

/// What a verified credential says, typed.
#[derive(Clone, PartialEq)]
pub struct Identity {
    /// `sub`
    pub subject: Option<String>,
    /// `iss`
    pub issuer: String,
    /// The session: `sid`, or where the issuer's [`Mapping`] says.
    pub session_id: Option<String>,
    /// Whom the token was issued to: `client_id`, or else `azp`.
    pub client_id: Option<String>,
    /// `jti`
    pub token_id: Option<String>,
    /// The scopes, from `scope` or `scp`.
    pub scopes: Vec<String>,
    /// The permissions.
    pub permissions: Vec<String>,
    /// The roles.
    pub roles: Vec<String>,
    /// When the user signed in: `auth_time`.
    pub authenticated_at: Option<UnixSeconds>,
    /// How strong that was: `acr`.
    pub acr: Option<String>,
    /// By what means: `amr`.
    pub amr: Vec<String>,
    /// `iat`
    pub issued_at: Option<UnixSeconds>,
    /// `exp`
    pub expires_at: Option<UnixSeconds>,
    /// How the credential was presented.
    pub credential: Kind,
    claims: Claims,
}

/// Where an issuer writes what has no standard claim.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The subject.
    pub subject: ClaimPath,
    /// What separates the subject from the session in it, if both stand in one claim.
    pub subject_separator: Option<char>,
    /// The session.
    pub session_id: ClaimPath,
    /// The roles.
    pub roles: ClaimPath,
    /// The permissions.
    pub permissions: ClaimPath,
    /// The authentication context.
    pub acr: ClaimPath,
}

impl Identity {
    /// Takes the identity from validated claims.
    ///
    /// # Errors
    /// `token_not_allowed` at `events`: it is a logout token, which speaks for nobody.
    /// `token_claim_invalid`, at the claim: one that RFC 7519, RFC 8693, RFC 9068 or OpenID Connect
    /// defines is mistyped, or a scope has characters that RFC 6749 does not allow.
    pub fn new(claims: Claims, mapping: &Mapping, credential: Kind) -> Result<Self, Error> {
        let text = |name| claims.text(name).map(|text| text.map(String::from));
        let members = claims.members();
        // An issuer signs logout tokens with the same keys, and sends them to others than itself.
        if token::is_logout(members) {
            return Err(Error::at(Code::TokenNotAllowed, "events"));
        }
        let scopes: Vec<String> = claims.scopes()?.into_iter().map(Into::into).collect();
        if !scopes.iter().all(|scope| is_scope(scope)) {
            return Err(Error::at(Code::TokenClaimInvalid, "scope"));
        }
        let (subject, session_id) = mapping.subject_and_session(members)?;
        Ok(Self {
            subject,
            issuer: text("iss")?.unwrap_or_default(),
            session_id,
            client_id: text("client_id")?.or(text("azp")?),
            token_id: text("jti")?,
            scopes,
            permissions: mapping.permissions.words(members),
            roles: mapping.roles.words(members),
            authenticated_at: claims.date("auth_time")?,
            acr: mapping.acr.find(members).and_then(Value::as_str).map(Into::into),
            amr: methods(members),
            issued_at: claims.date("iat")?,
            expires_at: claims.date("exp")?,
            credential,
            claims,
        })
    }

    /// Every claim.
    #[must_use]
    pub const fn claims(&self) -> &Map {
        self.claims.members()
    }

    /// Every claim as JSON text, as it was signed.
    #[must_use]
    pub fn json(&self) -> &str {
        self.claims.json()
    }
}

impl Default for Mapping {
    fn default() -> Self {
        let name = |name: &str| ClaimPath::named(name);
        Self {
            subject: name("sub"),
            subject_separator: None,
            session_id: name("sid"),
            roles: name("roles"),
            permissions: name("permissions"),
            acr: name("acr"),
        }
    }
}

impl Mapping {
    fn subject_and_session(&self, claims: &Map) -> Result<(Option<String>, Option<String>), Error> {
        let text = |path: &ClaimPath, at| match path.find(claims) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Error::at(Code::TokenClaimInvalid, at)),
        };
        let (subject, session) = (text(&self.subject, "sub")?, text(&self.session_id, "sid")?);
        let parts = self.subject_separator.zip(subject.as_deref()).and_then(|(by, own)| own.split_once(by));
        let parts = parts.map(|(user, session)| (Some(user.into()), Some(session.into())));
        Ok(parts.unwrap_or((subject, session)))
    }
}

/// `amr` as OpenID Connect has it, a list of names, or as Supabase has it, a list of objects.
fn methods(claims: &Map) -> Vec<String> {
    let Some(Value::Array(items)) = claims.get("amr") else { return Vec::new() };
    let name = |item: &Value| match item {
        Value::String(name) => Some(name.clone()),
        Value::Object(members) => members.get("method").and_then(Value::as_str).map(Into::into),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

/// `scope-token` of [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).
pub(super) fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests;
