//! The paths, bodies and errors of GoTrue, Supabase's server, for its client `@supabase/auth-js`: at `/auth/v1`, where
//! it is configured.
//!
//! A session of the client is a session of the user like any other: it stands in the same list and ends with the same
//! statements. Its refresh tokens are those of a grant of that session. Users come through providers, and the client
//! brings a code with the verifier that it kept (`flowType: "pkce"`); tokens never stand in an address. What GoTrue
//! has beside it (passwords, one-time codes, factors) is refused in its words.
//!
//! Source: [GoTrue's endpoints](https://github.com/supabase/auth#endpoints)

mod authorize;
mod logout;
mod refusal;
mod sessions;
mod statements;
#[cfg(test)]
mod tests;
mod token;
mod tokens;
mod user;

use edgeward_core::{
    Error,
    json::{Value, object},
    time::Seconds,
};
use serde::Deserialize;

pub use authorize::told;

use crate::{
    Authority,
    context::{Context, Principal},
    http::{Incoming, Outgoing},
    oauth::keys,
    settings::invalid,
    surface::origin,
};
use refusal::Refusal;

/// Where it is: what a client is given as `url`, after the issuer. It is the end of `iss` as well.
pub const BASE: &str = "/auth/v1";
/// The header in which a client says which form of errors it reads, and the only value that it has.
const VERSION: (&str, &str) = ("x-supabase-api-version", "2024-01-01");
/// How long the key set may be kept.
const CACHING: &str = "public, max-age=600";
/// Headers that the client sends.
const HEADERS: &str = "authorization, apikey, content-type, x-client-info, x-supabase-api-version";

/// The settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What access tokens name as `aud`.
    pub audience: String,
    /// How long an access token lasts.
    pub lifetime_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { audience: "authenticated".into(), lifetime_seconds: 3600 }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid`, at the setting.
    pub fn check(self) -> Result<Self, Error> {
        let is_short = (MIN_LIFETIME..=MAX_LIFETIME).contains(&self.lifetime_seconds);
        if is_short && !self.audience.is_empty() { Ok(self) } else { Err(invalid("gotrue")) }
    }

    /// How long an access token lasts.
    #[must_use]
    pub const fn lifetime(&self) -> Seconds {
        Seconds(self.lifetime_seconds)
    }
}

/// The client refreshes what is good for less than 90 s.
const MIN_LIFETIME: u32 = 120;
const MAX_LIFETIME: u32 = 604_800;

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/token`: a session for a code, or the next tokens of one.
    Token,
    /// `/user`: who is signed in.
    User,
    /// `/logout`
    Logout,
    /// `/authorize`: the way to a provider.
    Authorize,
    /// `/.well-known/jwks.json`
    Keys,
    /// `/settings`: how one can sign in.
    Settings,
    /// Anything else of GoTrue's, which is not here.
    Other,
}

impl Route {
    /// The route of a path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        Some(match path.strip_prefix(BASE)?.strip_prefix('/')? {
            "token" => Self::Token,
            "user" => Self::User,
            "logout" => Self::Logout,
            "authorize" => Self::Authorize,
            ".well-known/jwks.json" => Self::Keys,
            "settings" => Self::Settings,
            _ => Self::Other,
        })
    }

    const fn method(self) -> Option<&'static str> {
        match self {
            Self::Token | Self::Logout => Some("POST"),
            Self::User | Self::Authorize | Self::Keys | Self::Settings => Some("GET"),
            Self::Other => None,
        }
    }
}

/// Answers a request. Cookies say nothing here but at `/authorize`, so that every page may read the other answers.
pub async fn answer(
    authority: &Authority,
    request: &Incoming,
    settings: &Settings,
    route: Route,
) -> Outgoing {
    if request.method == "OPTIONS" {
        return origin::open(origin::preflight_of("GET, POST, PUT, DELETE, OPTIONS", HEADERS));
    }
    let context = Context::new(authority, request, Principal::Anonymous);
    let answer = match route.method() {
        Some(method) if request.method != method => {
            refusal::answer(request, &Refusal::NOT_ALLOWED).with("allow", method)
        }
        _ => match respond(&context, settings, route).await {
            Ok(answer) => answer,
            Err(refusal) => refusal::answer(request, &refusal),
        },
    };
    let answer =
        context.cookies().into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie));
    match route {
        Route::Authorize => answer,
        _ => {
            origin::open(answer).with("access-control-expose-headers", "x-supabase-api-version, retry-after")
        }
    }
}

async fn respond(context: &Context<'_>, settings: &Settings, route: Route) -> Result<Outgoing, Refusal> {
    match route {
        Route::Token => token::answer(context, settings).await,
        Route::User => {
            let current = sessions::current(context, settings).await?;
            Ok(Outgoing::json(
                200,
                user::view(&current.user, &current.accounts, settings, &current.grant).to_text(),
            ))
        }
        Route::Logout => logout::answer(context, settings).await,
        Route::Authorize => authorize::answer(context).await,
        Route::Keys => {
            let document = object(vec![("keys", keys::published(context.authority).await?.into())]);
            let headers =
                vec![("content-type", "application/json".into()), ("cache-control", CACHING.into())];
            Ok(Outgoing { status: 200, headers, body: document.to_text() })
        }
        Route::Settings => Ok(Outgoing::json(200, ways(context.authority).to_text())),
        Route::Other => Err(Refusal::elsewhere(context.request)),
    }
}

/// How one can sign in.
fn ways(authority: &Authority) -> Value {
    let settings = &authority.settings;
    let ways = settings.providers.iter().map(|provider| (provider.name.as_str(), true));
    let others = ["email", "phone", "anonymous_users"].map(|way| (way, false));
    let external = ways.chain(others).map(|(way, is_on)| (way, is_on.into())).collect();
    object(vec![
        ("external", object(external)),
        ("disable_signup", (!settings.sign_in.sign_up).into()),
        ("mailer_autoconfirm", false.into()),
        ("phone_autoconfirm", false.into()),
        ("sms_provider", "".into()),
        ("saml_enabled", false.into()),
    ])
}
