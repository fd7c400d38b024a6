//! The request, as JavaScript tells it.

use edgeward_core::{
    Code, Error,
    gateway::Incoming,
    json::{self, Value},
};

/// Reads `{"method": …, "url": …, "headers": [[name, value], …]}`.
///
/// # Errors
/// `credential_malformed`: a header or the address is no text that JSON can hold, such as half of a
/// surrogate pair.
pub fn read(text: &str) -> Result<Incoming, Error> {
    let members = json::parse_object(text.as_bytes()).ok();
    let request = members.and_then(|members| {
        let text = |name| Some(members.get(name)?.as_str()?.to_owned());
        let headers = members.get("headers")?.as_array()?.iter().map(header).collect::<Option<Vec<_>>>()?;
        Some(Incoming::new(text("method")?, text("url")?, headers))
    });
    request.ok_or(Code::CredentialMalformed.into())
}

fn header(pair: &Value) -> Option<(String, String)> {
    match pair.as_array()?.as_slice() {
        [Value::String(name), Value::String(value)] => Some((name.clone(), value.clone())),
        _ => None,
    }
}
