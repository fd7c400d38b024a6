//! Operations in the Convex function protocol: `POST /api/query`, `/api/mutation` and `/api/action`
//! with `{path, args}`, as `ConvexHttpClient` sends them. Cookies are nothing here: any page may call.

use edgeward_core::{
    Code,
    json::{Map, Value, object},
};

use super::{caller::Cookies, plain};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    operations::{Kind, Operation},
};

/// The status of a function that failed, which the client reads the body of.
pub const FUNCTION_FAILED: u16 = 560;

/// The kind of function that a path is for.
pub fn kind(path: &str) -> Option<Kind> {
    match path {
        "/api/query" => Some(Kind::Query),
        "/api/mutation" => Some(Kind::Mutation),
        "/api/action" => Some(Kind::Action),
        _ => None,
    }
}

/// Calls an operation.
pub async fn answer(authority: &Authority, request: &Incoming, kind: Kind) -> Outgoing {
    if request.method != "POST" {
        return plain::failure(&Code::MethodNotAllowed.into()).with("allow", "POST");
    }
    let outcome = match read(request, kind) {
        Ok((operation, arguments)) => {
            super::call(authority, request, Cookies::Ignored, operation, arguments).await
        }
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok((value, _)) => {
            let answer = object(vec![
                ("status", "success".into()),
                ("value", value),
                ("logLines", Value::Array(Vec::new())),
            ]);
            Outgoing::json(200, answer.to_text())
        }
        // An outage is none of the function's, and a credential that is not good never reached it.
        Err(failure) if failure.code.status() >= 500 || is_credential(failure.code) => {
            plain::failure(&failure)
        }
        Err(failure) => {
            let answer = object(vec![
                ("status", "error".into()),
                ("errorMessage", failure.code.message().into()),
                ("errorData", data(&failure)),
                ("logLines", Value::Array(Vec::new())),
            ]);
            Outgoing::json(FUNCTION_FAILED, answer.to_text())
        }
    }
}

/// The operation and its arguments.
fn read(request: &Incoming, kind: Kind) -> Result<(Operation, Value), Failure> {
    let Value::Object(call) = plain::body(request)? else { return Err(Failure::parameter("body")) };
    let path = call.get("path").and_then(Value::as_str).ok_or(Failure::parameter("path"))?;
    let operation = Operation::find(path).filter(|operation| operation.kind() == kind);
    let operation = operation.ok_or(Failure::at(Code::NotFound, "path"))?;
    let arguments = match call.get("args") {
        None => Value::Object(Map::new()),
        Some(Value::Array(arguments)) if arguments.len() <= 1 => {
            arguments.first().cloned().unwrap_or_else(|| Value::Object(Map::new()))
        }
        Some(arguments @ Value::Object(_)) => arguments.clone(),
        Some(_) => return Err(Failure::parameter("args")),
    };
    Ok((operation, arguments))
}

/// What a `ConvexError` carries: the code in the spelling of its clients, too.
fn data(failure: &Failure) -> Value {
    let Value::Object(mut members) = plain::members(failure) else { return Value::Null };
    members.insert("code".into(), failure.code.as_str().to_ascii_uppercase().into());
    Value::Object(members)
}

/// Whether a failure is about the credential itself.
fn is_credential(code: Code) -> bool {
    code.status() == 401 && code != Code::SessionMissing
}
