//! Providers of native tests, which answer as the real ones are documented to.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    json::{self, Map, Value},
    oauth::form,
};

use crate::testing::World;

/// Settings with every kind of provider.
pub const SETTINGS: &str = r#"{
    "issuer": "https://auth.example",
    "trusted_origins": ["https://app.example"],
    "providers": {
        "github": {"client_id": "Iv1.8a61f9b3", "secret_binding": "S", "scopes": ["read:user", "user:email", "public_repo"]},
        "slack": {"client_id": "1.2", "secret_binding": "S", "connection_scopes": ["chat:write", "channels:read"]},
        "acme": {"issuer": "https://id.acme.example", "client_id": "app", "secret_binding": "S"}
    },
    "connections": {"redirect_uris": ["https://hubify.com/callback"]}
}"#;

/// What the providers say next, by `METHOD address`; what was said last counts.
#[derive(Clone, Default)]
pub struct Script(Rc<RefCell<Vec<Line>>>);

/// One answer.
struct Line {
    to: String,
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Script {
    /// A world that these providers are in.
    pub fn world() -> (World, Self) {
        let world = World::new();
        let script = Self::within(&world);
        (world, script)
    }

    /// Puts these providers into a world.
    pub fn within(world: &World) -> Self {
        let script = Self::default();
        let own = script.clone();
        *world.shared.server.borrow_mut() = Some(Box::new(move |request| own.answer(request)));
        script.says("POST https://github.com/login/oauth/access_token", 200, GITHUB_TOKEN);
        script.says("GET https://api.github.com/user", 200, GITHUB_USER);
        script.says("GET https://api.github.com/user/emails", 200, GITHUB_EMAILS);
        script.says("DELETE https://api.github.com/applications/Iv1.8a61f9b3/grant", 204, "");
        script.says("POST https://slack.com/api/oauth.v2.access", 200, SLACK_TOKEN);
        script.says("POST https://slack.com/api/auth.revoke", 200, r#"{"ok":true,"revoked":true}"#);
        script.says("GET https://id.acme.example/.well-known/openid-configuration", 200, ACME);
        script
    }

    /// From now on, this is the answer.
    pub fn says(&self, to: &str, status: u16, body: &str) {
        self.says_with(to, status, &[], body);
    }

    /// From now on, this is the answer, with further headers.
    pub fn says_with(&self, to: &str, status: u16, headers: &[(&'static str, &str)], body: &str) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.0.borrow_mut().push(Line { to: to.into(), status, headers, body: body.into() });
    }

    fn answer(&self, request: &Request) -> Result<Response, Error> {
        let to = format!("{} {}", request.method.as_str(), request.url);
        let script = self.0.borrow();
        let line = script.iter().rev().find(|line| line.to == to).ok_or(Error::from(Code::NetworkFailed))?;
        let json = ("content-type".to_owned(), "application/json; charset=utf-8".to_owned());
        let headers = line.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Ok(Response {
            status: line.status,
            headers: headers.chain([json]).collect(),
            body: line.body.clone().into(),
        })
    }
}

/// The requests that were sent to an address.
pub fn sent(world: &World, to: &str) -> Vec<Request> {
    world.shared.sent.borrow().iter().filter(|request| request.url == to).cloned().collect()
}

/// A parameter of a form, or of the query of an address.
pub fn parameter(text: &str, name: &str) -> Option<String> {
    let text = text.split_once('?').map_or(text, |(_, query)| query);
    form::decode(text).into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// The members of an object.
pub fn members(text: &str) -> Map {
    json::parse_object(text.as_bytes()).unwrap()
}

/// A text of an object.
pub fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().into()
}

/// <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>
pub const GITHUB_TOKEN: &str = r#"{"access_token":"gho_16C7e42F292c6912E7710c838347Ae178B4a","scope":"repo,gist","token_type":"bearer"}"#;
/// <https://docs.github.com/rest/users/users#get-the-authenticated-user>
pub const GITHUB_USER: &str = r#"{"login":"octocat","id":583231,"node_id":"MDQ6VXNlcjE=",
    "avatar_url":"https://avatars.githubusercontent.com/u/583231","name":"Mona Octocat","email":null,"type":"User"}"#;
/// <https://docs.github.com/rest/users/emails>
pub const GITHUB_EMAILS: &str = r#"[
    {"email":"old@github.example","verified":false,"primary":false,"visibility":null},
    {"email":"octocat@github.example","verified":true,"primary":true,"visibility":"private"}]"#;
/// <https://docs.slack.dev/reference/methods/oauth.v2.access>
pub const SLACK_TOKEN: &str = r#"{"ok":true,"access_token":"xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy","token_type":"bot",
    "scope":"chat:write","bot_user_id":"U0KRQLJ9H","app_id":"A0KRD7HC3",
    "team":{"name":"Slack Softball Team","id":"T9TK3CUKW"},"enterprise":null,"authed_user":{"id":"U1234"}}"#;
/// A provider that keeps to the specifications.
pub const ACME: &str = r#"{"issuer":"https://id.acme.example",
    "authorization_endpoint":"https://id.acme.example/authorize","token_endpoint":"https://id.acme.example/token",
    "userinfo_endpoint":"https://id.acme.example/me","jwks_uri":"https://id.acme.example/keys",
    "revocation_endpoint":"https://id.acme.example/revoke","authorization_response_iss_parameter_supported":true,
    "code_challenge_methods_supported":["S256"]}"#;
