//! The ways in: which path leads to what, and in which form its answer goes out.

mod caller;
mod convex;
mod plain;

use edgeward_core::json::Value;

use crate::{
    Authority, Failure,
    context::Context,
    http::{Incoming, Outgoing},
    operations::Operation,
};

/// Answers a request; `None` if its path is not one of the authority's own.
pub async fn answer(authority: &Authority, request: &Incoming) -> Option<Outgoing> {
    let path = request.path();
    if let Some(kind) = convex::kind(path) {
        return Some(convex::answer(authority, request, kind).await);
    }
    let operation = path.strip_prefix("/api/auth/").and_then(Operation::find)?;
    Some(plain::answer(authority, request, operation).await)
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
