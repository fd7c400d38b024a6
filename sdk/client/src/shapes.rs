//! What crosses into JavaScript. The TypeScript types of the package are generated from here, and
//! each shape says how it is written, beside the declaration that it must fit.

use edgeward_core::json::{Map, Value, object};
use tsify::Tsify;

/// Who is signed in.
#[derive(Clone, PartialEq, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The user's id at the issuer; null if the scope has no `openid`.
    #[tsify(type = "string | null")]
    pub subject: Option<String>,
    /// The verified claims of the ID token.
    #[tsify(type = "Record<string, unknown>")]
    pub claims: Map,
    /// What the access token allows.
    pub scope: Vec<String>,
    /// When the access token expires, in milliseconds since 1970; null if the issuer does not say.
    #[tsify(type = "number | null")]
    pub expires_at: Option<i64>,
}

/// Whether somebody is signed in.
#[derive(Clone, PartialEq, Tsify)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum AuthState {
    /// Not known yet; the core is still being loaded.
    #[expect(dead_code, reason = "the package is in this state before the core runs")]
    Loading,
    /// Nobody is.
    #[serde(rename_all = "camelCase")]
    SignedOut {
        /// Why, if somebody was.
        #[tsify(optional)]
        reason: Option<Reason>,
    },
    /// Somebody is.
    SignedIn {
        /// Who.
        session: Session,
    },
}

/// Why nobody is signed in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// `signOut()` was called, here or in another tab.
    SignedOut,
    /// The access token expired.
    Expired,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum AuthEventType {
    /// The first event of every listener.
    #[expect(dead_code, reason = "the package sends it to each listener when the core is loaded")]
    Initial,
    /// Somebody signed in.
    SignedIn,
    /// The session ended.
    SignedOut,
}

/// An event and the state after it.
#[derive(Clone, Tsify)]
pub struct AuthEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: AuthEventType,
    /// The state after it.
    pub state: AuthState,
}

/// An access token, to be sent as `Authorization: Bearer`.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The token.
    pub token: String,
    /// What it allows.
    pub scope: Vec<String>,
    /// When it expires, in milliseconds since 1970; null if the issuer does not say.
    #[tsify(type = "number | null")]
    pub expires_at: Option<i64>,
}

/// What the callback led to.
#[derive(Tsify)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum CallbackResult {
    /// The sign-in is complete.
    #[serde(rename_all = "camelCase")]
    SignedIn {
        /// Who signed in.
        session: Session,
        /// What was given to `signIn`.
        #[tsify(optional, type = "unknown")]
        app_state: Option<Value>,
    },
    /// The address is no callback of this client.
    None,
}

impl Session {
    /// As JavaScript sees it.
    pub(crate) fn to_value(&self) -> Value {
        object(vec![
            ("subject", self.subject.clone().into()),
            ("claims", Value::Object(self.claims.clone())),
            ("scope", self.scope.clone().into()),
            ("expiresAt", self.expires_at.into()),
        ])
    }
}

impl AuthState {
    /// As JavaScript sees it.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Loading => object(vec![("status", "loading".into())]),
            Self::SignedOut { reason: None } => object(vec![("status", "signedOut".into())]),
            Self::SignedOut { reason: Some(reason) } => {
                object(vec![("status", "signedOut".into()), ("reason", reason.as_str().into())])
            }
            Self::SignedIn { session } => {
                object(vec![("status", "signedIn".into()), ("session", session.to_value())])
            }
        }
    }
}

impl Reason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
        }
    }
}

impl AuthEventType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
        }
    }
}

impl AuthEvent {
    /// As JavaScript sees it.
    pub(crate) fn to_value(&self) -> Value {
        object(vec![("type", self.kind.as_str().into()), ("state", self.state.to_value())])
    }
}

impl AccessToken {
    /// As JavaScript sees it.
    pub(crate) fn to_value(&self) -> Value {
        object(vec![
            ("token", self.token.as_str().into()),
            ("scope", self.scope.clone().into()),
            ("expiresAt", self.expires_at.into()),
        ])
    }
}

impl CallbackResult {
    /// As JavaScript sees it.
    pub(crate) fn to_value(&self) -> Value {
        let Self::SignedIn { session, app_state } = self else {
            return object(vec![("kind", "none".into())]);
        };
        let mut members = vec![("kind", "signedIn".into()), ("session", session.to_value())];
        members.extend(app_state.clone().map(|state| ("appState", state)));
        object(members)
    }
}
