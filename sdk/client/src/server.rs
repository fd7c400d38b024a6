//! The server's part of `edgeward/server`: which request may use its user's session, what the
//! cookies hold, and when a session has to be refreshed. Text in, text out; it keeps nothing.
//!
//! The session itself is a [`Client`](crate::client) of the request, whose storage the cookies are.

mod access;
mod cookies;
mod judge;
mod proxy;
mod settings;
#[cfg(test)]
mod tests;

use edgeward_core::{
    Code, Error,
    cookies::Jar,
    http::Reach,
    json::{self, Map, Value, object},
    oauth::client_metadata,
    time::{UnixMillis, UnixSeconds},
};
use wasm_bindgen::prelude::*;

use self::{
    access::{Access, Incoming},
    settings::Settings,
};

/// What a server decides with, made once from its options.
#[wasm_bindgen]
pub struct Server(Result<Settings, Error>);

#[wasm_bindgen]
impl Server {
    /// Takes the server's options as JSON. If they are wrong, every answer is `config_invalid`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(options: &str) -> Self {
        Self(Settings::read(options))
    }

    /// Takes a question as JSON and answers it: `{"ok":…}` or `{"error":…}`.
    #[must_use]
    pub fn decide(&self, question: &str) -> String {
        let answer = match &self.0 {
            Err(error) => Err(*error),
            Ok(settings) => answer(settings, question),
        };
        match answer {
            Ok(value) => object(vec![("ok", value)]),
            Err(error) => object(vec![("error", edgeward_core::oauth::Failure::from(error).to_value())]),
        }
        .to_text()
    }
}

fn answer(settings: &Settings, question: &str) -> Result<Value, Error> {
    let question = json::parse_object(question.as_bytes())?;
    let text = |name: &str| question.get(name).and_then(Value::as_str).unwrap_or_default();
    let now = UnixMillis(question.get("now").and_then(Value::as_i64).unwrap_or_default());
    match text("type") {
        "clientMetadata" => document(settings, &question),
        "ended" => judge::marker(&question),
        "open" => Ok(open(settings, &Incoming::of(&question), now.to_seconds())),
        "judge" => Ok(judge::judge(settings, &question, now)),
        "keep" => cookies::keep(settings, &question, now.to_seconds()),
        "proxy" => Ok(proxy::read(settings, &Incoming::of(&question), text("body"))),
        "returnTo" => Ok(access::return_to(text("path")).into()),
        _ => Err(Code::InvalidParameters.into()),
    }
}

/// What a request brings.
fn open(settings: &Settings, incoming: &Incoming<'_>, now: UnixSeconds) -> Value {
    let jar = Jar::parse(incoming.header("cookie").unwrap_or_default());
    let site = access::access(incoming, &settings.origins) == Access::Own;
    let posted = access::is_posted_callback(incoming, settings);
    let own = site || posted;
    let Some(jar) = jar.ok().filter(|_| own) else {
        return object(vec![("own", own.into()), ("transactions", Value::Array(Vec::new()))]);
    };
    // Another site's page may post an answer to a sign-in, and nothing else.
    let session = cookies::session(settings, &jar).filter(|_| site);
    let transactions = cookies::transactions(settings, &jar, now);
    let callback = access::callback(incoming, settings)
        .is_some_and(|state| transactions.iter().any(|(key, _)| key.ends_with(&state)));
    object(vec![
        ("own", own.into()),
        ("unreadable", (site && session.is_none() && settings.cookie.stands(&jar)).into()),
        ("session", session.map(Value::Object).into()),
        ("transactions", Value::Array(transactions.into_iter().map(|(_, value)| value).collect())),
        ("callback", callback.into()),
    ])
}

/// The document at the client's own address, from its members.
fn document(settings: &Settings, question: &Map) -> Result<Value, Error> {
    let reach = if settings.client_id.starts_with("http://") { Reach::Development } else { Reach::Https };
    let address = client_metadata::client_id(&settings.client_id, reach)?;
    let members = question.get("members").and_then(Value::as_object).cloned();
    client_metadata::document(&address, members.ok_or(Code::InvalidParameters)?)
}

/// A text member.
fn text<'m>(members: &'m Map, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Value::as_str)
}
