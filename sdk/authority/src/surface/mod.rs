//! The ways in: which path leads to what, and in which form its answer goes out.

pub mod better_auth;
mod caller;
#[cfg(test)]
mod contract;
mod convex;
pub mod openapi;
pub mod origin;
mod plain;

pub use caller::bearer;
use edgeward_core::{
    Code,
    json::{self, Value, object},
};

use crate::{
    Authority, Failure, Settings,
    context::Context,
    gotrue,
    http::{Incoming, Outgoing},
    oauth,
    operations::{Kind, Operation},
    signin, web,
};
use caller::{Caller, Cookies};
pub use plain::{body as plain_body, failure as plain_failure};

/// What a path of the authority's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Functions of a kind, in the Convex function protocol.
    Function(Kind),
    /// One operation, as plain JSON.
    Operation(Operation),
    /// A path of Better Auth's.
    BetterAuth(better_auth::Endpoint),
    /// What Better Hub asks for, for the scopes of its users.
    UserScopes,
    /// The document that describes them all.
    Document,
    /// Signing in through a provider.
    SignIn(signin::Step),
    /// A standard of OAuth, or one of its pages.
    Oauth(oauth::Route),
    /// A path of GoTrue's.
    Gotrue(gotrue::Route),
}

impl Route {
    /// The route of a path; `None` if the path is not one of the authority's own.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if path == openapi::PATH {
            return Some(Self::Document);
        }
        if path == plain::USER_SCOPES {
            return Some(Self::UserScopes);
        }
        if let Some(route) = oauth::Route::of(path) {
            return Some(Self::Oauth(route));
        }
        if let Some(kind) = convex::kind(path) {
            return Some(Self::Function(kind));
        }
        if let Some(step) = signin::Step::of(path) {
            return Some(Self::SignIn(step));
        }
        if let Some(route) = gotrue::Route::of(path) {
            return Some(Self::Gotrue(route));
        }
        let rest = path.strip_prefix("/api/auth/")?;
        let operation = Operation::find(rest).map(Self::Operation);
        operation.or_else(|| better_auth::Endpoint::of(rest).map(Self::BetterAuth))
    }

    /// The same for an authority with these settings: what it does not have, it leaves to others.
    #[must_use]
    pub fn served(settings: &Settings, path: &str) -> Option<Self> {
        Self::of(path).filter(|route| !matches!(route, Self::Gotrue(_)) || settings.gotrue.is_some())
    }
}

/// Answers a request for a path of the authority's own.
pub async fn answer(authority: &Authority, request: &Incoming, route: Route) -> Outgoing {
    let asks = request.method == "OPTIONS";
    let answer = match route {
        Route::Gotrue(route) => match &authority.settings.gotrue {
            Some(settings) => gotrue::answer(authority, request, settings, route).await,
            None => plain_failure(&Code::NotFound.into()),
        },
        Route::Document => return openapi::answer(authority, request),
        Route::Oauth(route) => oauth::answer(authority, request, route).await,
        _ if asks => origin::preflight(),
        Route::Function(kind) => convex::answer(authority, request, kind).await,
        Route::Operation(operation) => plain::answer(authority, request, operation).await,
        Route::UserScopes => plain::user_scopes(authority, request).await,
        Route::BetterAuth(endpoint) => better_auth::answer(authority, request, endpoint).await,
        Route::SignIn(step) => signin::answer(authority, request, step).await,
    };
    if answer.status >= 500 && answer.status != convex::FUNCTION_FAILED {
        authority.platform.log(&report(request, &answer));
    }
    match route {
        // It has said itself who may read its answers.
        Route::Oauth(_) | Route::Gotrue(_) => answer,
        Route::Function(_) => proven(authority, request, origin::open(answer)),
        _ => proven(authority, request, origin::with_credentials(authority, request, answer)),
    }
}

/// Tells the nonce of the next proof to a client that sends proofs, and lets its page read it.
fn proven(authority: &Authority, request: &Incoming, answer: Outgoing) -> Outgoing {
    if request.header("dpop").is_none() {
        return answer;
    }
    let answer = answer.with("access-control-expose-headers", "dpop-nonce, www-authenticate, retry-after");
    oauth::dpop::told(authority, request, answer)
}

/// What the operator is told of a failure that is none of the caller's.
fn report(request: &Incoming, answer: &Outgoing) -> String {
    let told = json::parse(answer.body.as_bytes()).unwrap_or(Value::Null);
    let member = |name: &str| told.get(name).cloned().unwrap_or(Value::Null);
    object(vec![
        ("event", "failed".into()),
        ("code", member("error")),
        ("at", member("at")),
        ("status", u32::from(answer.status).into()),
        ("path", request.path().into()),
    ])
    .to_text()
}

/// Calls an operation on behalf of whoever the request says: its result, and the cookies it sets.
async fn call(
    authority: &Authority,
    request: &Incoming,
    cookies: Cookies,
    operation: Operation,
    arguments: Value,
) -> Result<(Value, Vec<String>), Failure> {
    let caller = caller::for_access(authority, request, cookies, operation.access()).await?;
    let Caller { principal, session } = caller;
    let mut context = Context::new(authority, request, principal);
    if let Some(mut session) = session {
        web::keep(&context, &mut session).await?;
        // What a snapshot tells is not what the store knows.
        context.session = Some(session).filter(|_| cookies == Cookies::Stored);
    }
    let result = operation.call(&context, arguments).await?;
    Ok((result, context.cookies()))
}
