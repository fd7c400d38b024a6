//! The route by which a page asks for what only the server can do.

use edgeward_core::json::{self, Value, object};

use super::{
    Settings,
    access::{self, Access, Incoming},
};

/// What a page sees in place of the refresh token.
pub(super) const DUMMY: &str = "dummy";

/// How long the body of a request may be.
const MAX_BODY: usize = 16 * 1024;

/// Reads a request to the route: what is wanted, or the status that it is refused with. 404 for
/// another path, 405 for another method, 403 for another site, 400 for what is no wish.
pub(super) fn read(settings: &Settings, incoming: &Incoming<'_>, body: &str) -> Value {
    if incoming.path() != settings.proxy_path {
        return refused(404);
    }
    if incoming.method != "POST" {
        return refused(405);
    }
    if access::access(incoming, &settings.origins) == Access::Foreign {
        return refused(403);
    }
    // A form of another site cannot send this type without asking first.
    let kind = incoming.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") || body.len() > MAX_BODY {
        return refused(400);
    }
    wish(body).unwrap_or_else(|| refused(400))
}

fn wish(body: &str) -> Option<Value> {
    let mut wish = json::parse_object(body.as_bytes()).ok()?;
    if !wish.keys().all(|name| name == "action" || name == "args") {
        return None;
    }
    let args = match wish.insert("args".into(), Value::Null) {
        None | Some(Value::Null) => json::Map::new(),
        Some(Value::Object(args)) => args,
        Some(_) => return None,
    };
    let action = match wish.get("action")?.as_str()? {
        "auth:signOut" => "signOut",
        // The token itself stays in the cookie; a page says only that it wants to use it.
        "auth:signIn" => match args.get("refreshToken") {
            None => "signIn",
            Some(Value::Bool(true)) => "session",
            Some(_) => return None,
        },
        _ => return None,
    };
    Some(object(vec![("action", action.into()), ("args", Value::Object(args))]))
}

fn refused(status: u32) -> Value {
    object(vec![("status", status.into())])
}
