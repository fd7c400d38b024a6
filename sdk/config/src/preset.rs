//! What the tokens of well-known issuers look like, so that a configuration need not say it.

use edgeward_core::{jose::Algorithm, jwt::Profile};
use serde::Deserialize;
use serde_json::json;

use crate::{
    issuer::{Audience, Document},
    route::ClaimDocument,
};

/// An issuer of a known make. A setting that the configuration states goes before the preset's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Preset {
    /// Supabase Auth: `issuer` is `https://<project>.supabase.co/auth/v1`.
    ///
    /// Its `anon` and `service_role` keys are signed with the same secret as users' tokens, and
    /// are never users.
    Supabase,
    /// Convex Auth: a subject of user and session, and an issuer with or without a slash at its end.
    Convex,
    /// Auth0: `issuer` is `https://<tenant>/`, with the slash.
    Auth0,
    /// Clerk's session tokens: no audience, but authorized parties.
    Clerk,
    /// Cloudflare Access: `issuer` is `https://<team>.cloudflareaccess.com`, `audience` the
    /// application's tag.
    CloudflareAccess,
    /// Access tokens as RFC 9068 has them.
    Rfc9068,
}

impl Preset {
    /// The header in which the issuer's own proxy sends its token.
    pub const fn header(self) -> Option<&'static str> {
        match self {
            Self::CloudflareAccess => Some("cf-access-jwt-assertion"),
            Self::Supabase | Self::Convex | Self::Auth0 | Self::Clerk | Self::Rfc9068 => None,
        }
    }

    /// What separates user and session in the subject.
    pub const fn subject_separator(self) -> Option<char> {
        match self {
            Self::Convex => Some('|'),
            Self::Supabase | Self::Auth0 | Self::Clerk | Self::CloudflareAccess | Self::Rfc9068 => None,
        }
    }

    /// The settings with the preset's where the configuration says nothing.
    pub fn complete(self, own: Document) -> Document {
        match self {
            Self::Supabase => supabase(own),
            Self::Convex => Document {
                audience: own.audience.or_else(|| Some(Audience::One("convex".into()))),
                algorithms: algorithms(own.algorithms, &[Algorithm::Rs256, Algorithm::Es256]),
                issuer_trailing_slash: own.issuer_trailing_slash.or(Some(true)),
                ..own
            },
            Self::Auth0 => Document { algorithms: algorithms(own.algorithms, &[Algorithm::Rs256]), ..own },
            Self::Clerk => Document {
                algorithms: algorithms(own.algorithms, &[Algorithm::Rs256]),
                roles_claim: own.roles_claim.or_else(|| Some("/o/rol".into())),
                ..own
            },
            Self::CloudflareAccess => Document {
                jwks_uri: key_set(&own, "/cdn-cgi/access/certs"),
                algorithms: algorithms(own.algorithms, &[Algorithm::Rs256]),
                // The same keys sign the team's own session, which opens no application.
                claims: with(own.claims, &[("type", "app")]),
                ..own
            },
            Self::Rfc9068 => Document { profile: Profile::AccessToken, ..own },
        }
    }
}

/// Source: <https://supabase.com/docs/guides/auth/jwt-fields>
fn supabase(own: Document) -> Document {
    let by_secret = own.has_secret();
    let usual: &[_] = if by_secret { &[Algorithm::Hs256] } else { &[Algorithm::Es256, Algorithm::Rs256] };
    let jwks_uri = key_set(&own, "/.well-known/jwks.json");
    Document {
        audience: own.audience.or_else(|| Some(Audience::One("authenticated".into()))),
        algorithms: algorithms(own.algorithms, usual),
        jwks_uri,
        session_claim: own.session_claim.or_else(|| Some("session_id".into())),
        acr_claim: own.acr_claim.or_else(|| Some("aal".into())),
        claims: with(own.claims, &[("role", "authenticated")]),
        ..own
    }
}

/// Where the key set is, unless the configuration says where the keys are.
fn key_set(own: &Document, path: &str) -> Option<String> {
    let elsewhere = own.has_secret() || own.jwks.is_some();
    own.jwks_uri.clone().or_else(|| (!elsewhere).then(|| [&own.issuer, path].concat()))
}

fn algorithms(own: Option<Vec<Algorithm>>, usual: &[Algorithm]) -> Option<Vec<Algorithm>> {
    own.or_else(|| Some(usual.to_vec()))
}

/// The configuration's rules, and the preset's for claims that it says nothing about.
fn with(mut own: Vec<ClaimDocument>, rules: &[(&str, &str)]) -> Vec<ClaimDocument> {
    for (claim, value) in rules {
        if !own.iter().any(|rule| rule.claim == *claim) {
            own.push(ClaimDocument::equals((*claim).to_string(), json!(value)));
        }
    }
    own
}
