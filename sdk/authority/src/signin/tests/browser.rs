//! A browser: it follows a sign-in, and keeps cookies.

use crate::{http::Outgoing, providers::scripted::parameter, testing::World};

/// A sign-in that is under way.
pub struct Begun {
    /// The address at the provider.
    pub url: String,
    /// The line that set the cookie.
    pub line: String,
    /// The cookie as it is sent back.
    pub cookie: String,
    /// The state.
    pub state: String,
}

/// Goes to `/api/auth/signin/{provider}`.
pub fn begin(world: &World, provider: &str, query: &str) -> Begun {
    let answer = get(world, &format!("/api/auth/signin/{provider}{query}"), "");
    assert_eq!(answer.status, 302, "{}", answer.body);
    let url = location(&answer);
    let line = answer.header("set-cookie").unwrap().to_owned();
    let cookie = line.split(';').next().unwrap().to_owned();
    Begun { state: parameter(&url, "state").unwrap(), url, line, cookie }
}

impl Begun {
    /// Comes back with what the provider adds to the state.
    pub fn back(&self, world: &World, provider: &str, more: &str) -> Outgoing {
        let path = format!("/api/auth/callback/{provider}?state={}&{more}", self.state);
        get(world, &path, &self.cookie)
    }
}

/// Asks for a page.
pub fn get(world: &World, path: &str, cookie: &str) -> Outgoing {
    let headers = [("cookie", cookie), ("user-agent", "Mozilla/5.0")];
    world.send("GET", path, if cookie.is_empty() { &headers[1..] } else { &headers }, "").unwrap()
}

/// Where an answer sends the browser.
pub fn location(answer: &Outgoing) -> String {
    answer.header("location").unwrap().to_owned()
}

/// The word of `?error=`.
pub fn error(answer: &Outgoing) -> Option<String> {
    assert!([302, 303].contains(&answer.status), "{} {}", answer.status, answer.body);
    let url = location(answer);
    parameter(url.split('#').next().unwrap_or_default(), "error")
}

/// The cookies that an answer sets, name and value.
pub fn cookies(answer: &Outgoing) -> Vec<(String, String)> {
    let lines = answer.headers.iter().filter(|(name, _)| *name == "set-cookie").map(|(_, line)| line);
    let pair =
        |line: &String| line.split(';').next().unwrap().split_once('=').map(|(a, b)| (a.into(), b.into()));
    lines.filter_map(pair).collect()
}

/// The session cookie that an answer sets.
pub fn session(answer: &Outgoing) -> Option<String> {
    let mut found = cookies(answer)
        .into_iter()
        .filter(|(name, value)| name.ends_with("session_token") && !value.is_empty());
    found.next().map(|(name, value)| format!("{name}={value}"))
}

/// Signs in; the session cookie.
pub fn signed_in(world: &World, provider: &str) -> String {
    let answer = begin(world, provider, "").back(world, provider, "code=abc");
    assert_eq!(error(&answer), None);
    session(&answer).unwrap()
}

/// Calls an operation from a page, with the session cookie.
pub fn call(world: &World, cookie: &str, operation: &str, body: &str) -> Outgoing {
    let headers =
        [("cookie", cookie), ("origin", "https://auth.example"), ("content-type", "application/json")];
    world.send("POST", &format!("/api/auth/{operation}"), &headers, body).unwrap()
}
