//! The authorization server: OAuth 2.1 and OpenID Connect, for clients that ask for tokens.
//!
//! - what it says of itself: [`metadata`], [`keys`]
//! - who asks: [`client`], [`register`]; with which key: [`dpop`]
//! - what it is given: [`authorize`] with a user before it, pushed ([`push`]), or on a [`device`]; [`token`]
//! - what it gives: [`access`] tokens, [`id_token`]s and refresh tokens, all of a [`grant`]
//! - afterwards: [`introspect`], [`revoke`], [`userinfo`], [`logout`]

pub mod access;
pub mod authorize;
pub mod client;
pub mod device;
pub mod dpop;
pub mod grant;
pub mod id_token;
pub mod introspect;
pub mod keys;
pub mod logout;
mod mac;
pub mod metadata;
pub mod parameters;
pub mod push;
pub mod refusal;
pub mod register;
pub mod revoke;
mod settings;
mod statements;
#[cfg(test)]
mod tests;
pub mod token;
pub mod userinfo;

pub use settings::{Document, Format, Resource, Settings};

use crate::{
    Authority,
    http::{Incoming, Outgoing},
    pages,
    surface::{origin, plain_failure},
};

macro_rules! routes {
    ($($variant:ident = $path:literal, $methods:expr, $reach:ident;)+) => {
        /// A path of the authorization server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Route { $(#[doc = $path] $variant,)+ }

        impl Route {
            /// The path.
            #[must_use]
            pub const fn path(self) -> &'static str {
                match self { $(Self::$variant => $path,)+ }
            }

            /// The methods that it takes.
            const fn methods(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &$methods,)+ }
            }

            const fn reach(self) -> Reach {
                match self { $(Self::$variant => Reach::$reach,)+ }
            }

            fn exactly(path: &str) -> Option<Self> {
                match path { $($path => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

/// Who may read an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Pages of every origin: cookies have no say in it.
    Open,
    /// The browser itself.
    Own,
}

routes! {
    Discovery = "/.well-known/openid-configuration", ["GET"], Open;
    Metadata = "/.well-known/oauth-authorization-server", ["GET"], Open;
    Resource = "/.well-known/oauth-protected-resource", ["GET"], Open;
    Keys = "/.well-known/jwks.json", ["GET"], Open;
    Authorize = "/oauth/authorize", ["GET", "POST"], Own;
    Consent = "/oauth/consent", ["POST"], Own;
    SignIn = "/oauth/signin", ["GET"], Own;
    Style = "/oauth/style.css", ["GET", "HEAD"], Own;
    Token = "/oauth/token", ["POST"], Open;
    Push = "/oauth/par", ["POST"], Open;
    DeviceAuthorization = "/oauth/device_authorization", ["POST"], Open;
    Device = "/device", ["GET", "POST"], Own;
    Introspect = "/oauth/introspect", ["POST"], Open;
    Revoke = "/oauth/revoke", ["POST"], Open;
    Userinfo = "/oauth/userinfo", ["GET", "POST"], Open;
    Logout = "/oauth/logout", ["GET", "POST"], Own;
    Register = "/oauth/register", ["POST"], Open;
    Registration = "/oauth/register/", ["GET", "PUT", "DELETE"], Open;
}

impl Route {
    /// The route of a path; `None` if it is none of the authorization server's.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let registration = path.strip_prefix(Self::Registration.path()).filter(|id| !id.is_empty());
        Self::exactly(path)
            .filter(|route| *route != Self::Registration)
            .or(registration.map(|_| Self::Registration))
    }
}

/// Answers a request for a path of the authorization server's.
pub async fn answer(authority: &Authority, request: &Incoming, route: Route) -> Outgoing {
    let open = route.reach() == Reach::Open;
    if open && request.method == "OPTIONS" {
        return exposed(preflight());
    }
    if !route.methods().contains(&request.method.as_str()) {
        let refused = plain_failure(&edgeward_core::Code::MethodNotAllowed.into());
        return refused.with("allow", route.methods().join(", "));
    }
    let answer = respond(authority, request, route).await;
    if open { exposed(dpop::told(authority, request, answer)) } else { answer }
}

async fn respond(authority: &Authority, request: &Incoming, route: Route) -> Outgoing {
    match route {
        Route::Discovery | Route::Metadata => metadata::server(authority),
        Route::Resource => metadata::resource(authority),
        Route::Keys => keys::answer(authority).await.unwrap_or_else(|failure| plain_failure(&failure)),
        Route::Authorize => authorize::answer(authority, request).await,
        Route::Consent => authorize::consent(authority, request).await,
        Route::SignIn => pages::signin::page(authority, request),
        Route::Style => pages::style(request),
        Route::Token => token::answer(authority, request).await,
        Route::Push => push::answer(authority, request).await,
        Route::DeviceAuthorization => device::answer(authority, request).await,
        Route::Device => device::page(authority, request).await,
        Route::Introspect => introspect::answer(authority, request).await,
        Route::Revoke => revoke::answer(authority, request).await,
        Route::Userinfo => userinfo::answer(authority, request).await,
        Route::Logout => logout::answer(authority, request).await,
        Route::Register => register::answer(authority, request).await,
        Route::Registration => register::look_after(authority, request).await,
    }
}

/// Lets every page read an answer, and the headers that a client of ours needs.
fn exposed(answer: Outgoing) -> Outgoing {
    origin::open(answer).with("access-control-expose-headers", "dpop-nonce, www-authenticate, retry-after")
}

fn preflight() -> Outgoing {
    origin::preflight_of(
        "GET, POST, PUT, DELETE, OPTIONS",
        "authorization, content-type, dpop, mcp-protocol-version",
    )
}
