//! The ways in: which path leads to what, and in which form its answer goes out.

mod caller;
#[cfg(test)]
mod contract;
mod convex;
pub mod openapi;
pub mod origin;
mod plain;

pub use caller::bearer;
use edgeward_core::json::Value;

use crate::{
    Authority, Failure,
    context::{Access, Context, Principal},
    http::{Incoming, Outgoing},
    operations::{Kind, Operation},
    web,
};
use caller::{Caller, Cookies};

/// What a path of the authority's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Functions of a kind, in the Convex function protocol.
    Function(Kind),
    /// One operation, as plain JSON.
    Operation(Operation),
    /// The document that describes them all.
    Document,
}

impl Route {
    /// The route of a path; `None` if the path is not one of the authority's own.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        if path == openapi::PATH {
            return Some(Self::Document);
        }
        let function = convex::kind(path).map(Self::Function);
        function.or_else(|| path.strip_prefix("/api/auth/").and_then(Operation::find).map(Self::Operation))
    }
}

/// Answers a request for a path of the authority's own.
pub async fn answer(authority: &Authority, request: &Incoming, route: Route) -> Outgoing {
    let asks = request.method == "OPTIONS";
    match route {
        Route::Function(_) | Route::Operation(_) if asks => {
            within(authority, request, route, origin::preflight())
        }
        Route::Function(kind) => {
            let answer = convex::answer(authority, request, kind).await;
            within(authority, request, route, answer)
        }
        Route::Operation(operation) => {
            let answer = plain::answer(authority, request, operation).await;
            within(authority, request, route, answer)
        }
        Route::Document => openapi::answer(authority, request),
    }
}

/// An answer that pages may read: every page one that cookies have no say in, trusted ones the others.
fn within(authority: &Authority, request: &Incoming, route: Route, answer: Outgoing) -> Outgoing {
    match route {
        Route::Function(_) => origin::open(answer),
        _ => origin::with_credentials(authority, request, answer),
    }
}

/// Calls an operation on behalf of whoever the request says: its result, and the cookies it sets.
async fn call(
    authority: &Authority,
    request: &Incoming,
    cookies: Cookies,
    operation: Operation,
    arguments: Value,
) -> Result<(Value, Vec<String>), Failure> {
    let caller = match caller::of(authority, request, cookies).await {
        // Who may be nobody is not refused for a credential that is not good.
        Err(failure) if operation.access() == Access::Anyone && failure.code.status() == 401 => {
            Principal::Anonymous.into()
        }
        caller => caller?,
    };
    let Caller { principal, session } = caller;
    let context = Context::new(authority, request, principal);
    if let Some(mut session) = session {
        web::keep(&context, &mut session).await?;
    }
    let result = operation.call(&context, arguments).await?;
    Ok((result, context.cookies()))
}
