//! What crosses between Rust and JavaScript. The TypeScript types of the package are generated from
//! these declarations; `settings` and `options` read values of them, `written` writes them.

#![expect(dead_code, reason = "most are declared for their TypeScript alone")]

use edgeward_core::{
    jose::Algorithm,
    json::{Map, Value},
};
use tsify::Tsify;

/// How to reach the issuer, and how the session is kept.
///
/// @example
/// ```ts
/// const options = { issuer: "https://id.example", clientId: "spa", redirectUri: location.origin };
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ClientOptions {
    /// The issuer, exactly as its metadata states it. http is accepted on loopback only.
    pub issuer: String,
    /// The id under which the application is registered as a public client.
    pub client_id: String,
    /// Where the issuer sends the user back to.
    pub redirect_uri: String,
    /// What to ask for, separated by spaces. Default: `openid profile email`.
    #[tsify(optional)]
    pub scope: Option<String>,
    /// The APIs that the sign-in is for (RFC 8707). The access token is for the first; one for another
    /// comes from `getAccessToken({ resource })`.
    #[tsify(optional, type = "string | string[]")]
    pub resource: Option<Vec<String>>,
    /// The origins that `fetch()` may send the access token to. Default: none.
    #[tsify(optional)]
    pub api_origins: Option<Vec<String>>,
    /// Where the issuer sends the user after signing out there.
    #[tsify(optional)]
    pub post_logout_redirect_uri: Option<String>,
    /// The algorithms accepted for ID tokens. Default: RS256, PS256, ES256, EdDSA and Ed25519.
    #[tsify(optional)]
    pub id_token_algorithms: Option<Vec<Algorithm>>,
    /// How far the issuer's clock may differ, 0 to 300. Default: 60.
    #[tsify(optional)]
    pub clock_tolerance_seconds: Option<u32>,
    /// When tokens are refreshed before anybody asks for them. Default: `visible`, while the page is.
    #[tsify(optional, type = r#""visible" | "always" | "never""#)]
    pub background_refresh: Option<String>,
}

/// What to ask of the issuer at a sign-in.
///
/// @example
/// ```ts
/// await auth.signIn({ prompt: "login", appState: { returnTo: location.pathname } } satisfies SignInOptions);
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SignInOptions {
    /// Whether the issuer asks again, such as `login`, `consent` or `select_account`.
    #[tsify(optional)]
    pub prompt: Option<String>,
    /// Whom to expect, usually an e-mail address.
    #[tsify(optional)]
    pub login_hint: Option<String>,
    /// How long ago the user may have signed in at the issuer.
    #[tsify(optional)]
    pub max_age_seconds: Option<u32>,
    /// JSON that `handleCallback()` gives back.
    #[tsify(optional, type = "unknown")]
    pub app_state: Option<Value>,
    /// Further parameters of the authorization request.
    #[tsify(optional, type = "Record<string, string>")]
    pub extra_parameters: Option<Map>,
}

/// How far to sign out.
///
/// @example
/// ```ts
/// await auth.signOut({ endSession: false } satisfies SignOutOptions);
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SignOutOptions {
    /// Whether to sign out at the issuer as well, where it offers that and
    /// `postLogoutRedirectUri` is set. Default: true.
    #[tsify(optional)]
    pub end_session: Option<bool>,
}

/// Who is signed in.
///
/// @example
/// ```ts
/// const name = (session: Session) => String(session.claims.name ?? session.subject);
/// ```
#[derive(Tsify)]
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
///
/// @example
/// ```ts
/// const greeting = (state: AuthState) => (state.status === "signedIn" ? state.session.subject : null);
/// ```
#[derive(Tsify)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum AuthState {
    /// Not known yet; the core is still being loaded.
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
        /// Whether the last refresh failed: the session goes on, and it is tried again.
        stale: bool,
    },
}

/// Why nobody is signed in any more.
///
/// @example
/// ```ts
/// const texts: Record<Reason, string> = { signed_out: "Goodbye.", expired: "Please sign in again.", revoked: "You were signed out elsewhere." };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// `signOut()` was called, here or in another tab.
    SignedOut,
    /// The access token expired, and there was no refresh token.
    Expired,
    /// The issuer no longer honours the session.
    Revoked,
}

/// What happened.
///
/// @example
/// ```ts
/// const ends = (type: AuthEventType) => type === "signed_out" || type === "session_switched";
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum AuthEventType {
    /// The first event of every listener.
    Initial,
    /// Somebody signed in.
    SignedIn,
    /// The session ended.
    SignedOut,
    /// There are new tokens.
    TokenRefreshed,
    /// A refresh failed; the session goes on.
    RefreshFailed,
    /// More is known about the user.
    UserUpdated,
    /// Somebody else signed in, in another tab.
    SessionSwitched,
    /// Storage does not work, and the session is kept in memory for now.
    StorageUnavailable,
}

/// Where something happened.
///
/// @example
/// ```ts
/// const here = (origin?: Origin) => origin === "local";
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Here.
    Local,
    /// In another tab or process.
    Tab,
    /// At the issuer.
    Server,
}

/// An event and the state after it.
///
/// @example
/// ```ts
/// auth.onAuthStateChange(({ type, state }: AuthEvent) => console.log(type, state.status));
/// ```
#[derive(Tsify)]
pub struct AuthEvent {
    /// What happened.
    #[serde(rename = "type")]
    pub kind: AuthEventType,
    /// The state after it.
    pub state: AuthState,
    /// Where it happened.
    #[tsify(optional)]
    pub origin: Option<Origin>,
    /// Counts the changes of the session, over all tabs.
    #[tsify(optional)]
    pub generation: Option<u64>,
}

/// What access token is wanted.
///
/// @example
/// ```ts
/// await auth.getAccessToken({ minValiditySeconds: 60 } satisfies AccessTokenOptions);
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AccessTokenOptions {
    /// The API that it is for (RFC 8707). Default: what the sign-in asked for.
    #[tsify(optional)]
    pub resource: Option<String>,
    /// A part of what the sign-in was granted. Default: all of it.
    #[tsify(optional)]
    pub scope: Option<String>,
    /// Whether it must be another one than before. Calls within ten seconds share one.
    #[tsify(optional)]
    pub force_refresh: Option<bool>,
    /// How long it must be good for at least. Default: ten seconds.
    #[tsify(optional)]
    pub min_validity_seconds: Option<u32>,
}

/// An access token, to be sent in the header `Authorization` behind its type.
///
/// @example
/// ```ts
/// const header = ({ token, tokenType }: AccessToken) => `${tokenType} ${token}`;
/// ```
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The token.
    pub token: String,
    /// How it is sent.
    #[tsify(type = r#""Bearer" | "DPoP""#)]
    pub token_type: String,
    /// Whether a newer one could not be had; this one is still good.
    pub stale: bool,
    /// What it allows.
    pub scope: Vec<String>,
    /// When it expires, in milliseconds since 1970; null if the issuer does not say.
    #[tsify(type = "number | null")]
    pub expires_at: Option<i64>,
}

/// What the callback led to.
///
/// @example
/// ```ts
/// const target = (result: CallbackResult) => (result.kind === "signedIn" ? result.appState : undefined);
/// ```
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
