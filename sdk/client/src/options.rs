//! What JavaScript gives: the declared shapes, and how they are read.
//!
//! They are read by hand rather than derived, so that an error names the option that is wrong.

use edgeward_core::{
    Code, Error,
    json::{Map, Value},
    oauth::authorize::Wishes,
    time::Seconds,
};
use edgeward_host::members::Members;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

/// How to reach the issuer, and how the session is kept.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "declares the TypeScript type; `settings` reads it")]
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
    /// The APIs that the access token is for (RFC 8707).
    #[tsify(optional, type = "string | string[]")]
    pub resource: Option<Vec<String>>,
    /// The origins that `fetch()` may send the access token to. Default: none.
    #[tsify(optional)]
    pub api_origins: Option<Vec<String>>,
    /// Where the session is kept. Default: `session`, which is this tab.
    #[tsify(optional, type = r#""session" | "local" | "memory""#)]
    pub storage: Option<String>,
    /// Where the issuer sends the user after signing out there.
    #[tsify(optional)]
    pub post_logout_redirect_uri: Option<String>,
    /// The algorithms accepted for ID tokens. Default: RS256, PS256, ES256, EdDSA and Ed25519.
    #[tsify(optional)]
    pub id_token_algorithms: Option<Vec<edgeward_core::jose::Algorithm>>,
    /// How far the issuer's clock may differ, 0 to 300. Default: 60.
    #[tsify(optional)]
    pub clock_tolerance_seconds: Option<u32>,
}

/// What to ask of the issuer at a sign-in.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "declares the TypeScript type; `SignIn` reads it")]
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
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "declares the TypeScript type; `end_session` reads it")]
pub struct SignOutOptions {
    /// Whether to sign out at the issuer as well, where it offers that and
    /// `postLogoutRedirectUri` is set. Default: true.
    #[tsify(optional)]
    pub end_session: Option<bool>,
}

/// A sign-in's options, read.
#[derive(Default)]
pub(crate) struct SignIn {
    pub wishes: Wishes,
    pub app_state: Option<Value>,
}

impl SignIn {
    pub(crate) fn read(options: &JsValue) -> Result<Self, Error> {
        let options = Members::read(options, Code::InvalidParameters)?;
        let max_age = options.number("maxAgeSeconds")?.map(Seconds);
        let extra = match options.member("extraParameters") {
            None => Vec::new(),
            Some(Value::Object(extra)) => extra
                .into_iter()
                .map(text_pair)
                .collect::<Option<_>>()
                .ok_or_else(|| Error::at(Code::InvalidParameters, "extraParameters"))?,
            Some(_) => return Err(Error::at(Code::InvalidParameters, "extraParameters")),
        };
        let wishes = Wishes {
            prompt: options.text("prompt")?,
            login_hint: options.text("loginHint")?,
            max_age,
            extra,
        };
        Ok(Self { wishes, app_state: options.member("appState") })
    }
}

/// Whether a sign-out goes on to the issuer.
pub(crate) fn end_session(options: &JsValue) -> Result<bool, Error> {
    let options = Members::read(options, Code::InvalidParameters)?;
    match options.member("endSession") {
        None => Ok(true),
        Some(Value::Bool(value)) => Ok(value),
        Some(_) => Err(Error::at(Code::InvalidParameters, "endSession")),
    }
}

fn text_pair((name, value): (String, Value)) -> Option<(String, String)> {
    match value {
        Value::String(value) => Some((name, value)),
        _ => None,
    }
}
