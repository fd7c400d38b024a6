//! The ways in: which path leads to what, and in which form its answer goes out.

mod caller;
mod convex;
pub mod openapi;
mod plain;

use edgeward_core::json::Value;

use crate::{
    Authority, Failure,
    context::Context,
    http::{Incoming, Outgoing},
    operations::{Kind, Operation},
};

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
    match route {
        Route::Function(kind) => convex::answer(authority, request, kind).await,
        Route::Operation(operation) => plain::answer(authority, request, operation).await,
        Route::Document => openapi::answer(authority, request),
    }
}

/// Calls an operation on behalf of whoever the request says: its result, and the cookies it sets.
async fn call(
    authority: &Authority,
    request: &Incoming,
    operation: Operation,
    arguments: Value,
) -> Result<(Value, Vec<String>), Failure> {
    let principal = caller::of(authority, request).await?;
    let context = Context::new(authority, request, principal);
    let result = operation.call(&context, arguments).await?;
    Ok((result, context.cookies()))
}
