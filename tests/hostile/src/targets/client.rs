//! What a client hears: challenges of APIs, and the answers of authorization servers.

use std::sync::LazyLock;

use edgeward_core::{
    http::{Address, Reach, Response},
    json::{self, Value},
    oauth::{
        challenge::{self, Challenge},
        client_metadata, clock,
        device::{self, Event, Polling, Step},
        discovery::{Issuer, Metadata},
        dpop::ServerNonces,
        exchange, introspect, par, providers, register, resource, scope,
        token::TokenType,
        userinfo,
    },
    time::{Seconds, UnixSeconds},
};

use super::{first_line, text};

const API: &str = "https://api.example/mcp";

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let issuer = Issuer::parse("https://issuer.example", Reach::Public).expect("a good issuer");
    let members = json::parse_object(br#"{"issuer":"https://issuer.example"}"#).expect("good members");
    Metadata::from_members(&issuer, members).expect("good metadata")
});

static CALLED: LazyLock<Address> =
    LazyLock::new(|| Address::parse(API, Reach::Public).expect("a good address"));

/// Challenges are read within bounds, and reading what was read says the same again.
pub fn authenticate(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (header, rest) = first_line(text);
    let challenges = challenge::parse(header);
    assert!(challenges.len() <= challenge::MAX_CHALLENGES);
    for challenge in &challenges {
        assert!(!challenge.scheme.is_empty() && challenge.scheme.is_ascii());
        assert!(challenge.parameters.len() <= challenge::MAX_PARAMETERS);
        assert!(challenge.parameters.iter().all(|(name, _)| !name.bytes().any(|b| b.is_ascii_uppercase())));
    }
    let written = challenges.iter().map(written).collect::<Vec<_>>().join(", ");
    if written.len() <= challenge::MAX_LENGTH {
        assert_eq!(challenge::parse(&written), challenges, "{written}");
    }
    if let Some(address) = resource::challenged(&challenges, Reach::Public) {
        assert!(address.as_str().starts_with("https://"), "no other scheme in public");
    }
    let headers =
        [("www-authenticate", header), ("dpop-nonce", rest), ("retry-after", header), ("date", rest)];
    let headers = headers.map(|(name, value)| (name.into(), value.into())).into();
    let response = Response { status: 401, headers, body: Vec::new() };
    let mut nonces = ServerNonces::default();
    if nonces.demands_another(API, &response, None) == Ok(true) {
        let nonce = nonces.of(API).expect("what is worth another try has a nonce");
        assert!(nonce.bytes().all(|byte| byte.is_ascii_graphic()), "fit for a proof");
    }
    assert!(clock::retry_after(&response).is_none_or(|wait| wait <= Seconds(3600)));
    assert!(clock::date(&response).is_none_or(|date| date >= UnixSeconds(0)));
}

fn written(challenge: &Challenge) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let parameters: Vec<String> =
        challenge.parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    let token = challenge.token68.iter().cloned();
    let what: Vec<String> = token.chain((!parameters.is_empty()).then(|| parameters.join(", "))).collect();
    [vec![challenge.scheme.clone()], vec![what.join(", ")]].concat().join(" ").trim_end().into()
}

/// Nothing that a server answers gives out what could not be in a header, on a screen or in a call.
pub fn grants(data: &[u8]) {
    let headers = vec![("content-type".into(), "application/json".into())];
    let response = Response { status: 200, headers, body: data.into() };
    let graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if let Ok(pushed) = par::response(&response) {
        assert!(graphic(&pushed.request_uri) && pushed.expires_in > Seconds(0));
    }
    if let Ok(authorization) = device::response(&METADATA, &response) {
        assert!(graphic(&authorization.user_code), "fit for a terminal");
        assert!(authorization.verification_uri.as_str().starts_with("https://"));
        assert!((Seconds(1)..=Seconds(300)).contains(&authorization.interval));
        let (mut polling, _) = Polling::new(&authorization, TokenType::Bearer);
        let passed = core::time::Duration::from_secs(authorization.expires_in.0.into());
        let step = polling.handle(Event::Answered(&response), passed);
        assert!(!matches!(step, Step::Ask), "the time is over");
    }
    let typed = exchange::Typed { token: "t", kind: exchange::kind::JWT };
    let asked = exchange::Exchange {
        subject: typed,
        actor: None,
        requested: None,
        audiences: &[],
        resources: &[],
        scope: None,
    };
    if let Ok(exchanged) = exchange::response(&response, &asked, TokenType::Dpop) {
        assert!(graphic(&exchanged.tokens.access_token));
    }
    for provider in providers::PROVIDERS {
        if let Ok(granted) = provider.tokens(&response, TokenType::Bearer) {
            assert!(graphic(&granted.tokens.access_token));
            let scope = granted.tokens.scope.unwrap_or_default();
            assert_eq!(scope::normal(&scope), scope, "one form of every scope");
        }
    }
    documents(&response, data);
}

fn documents(response: &Response, data: &[u8]) {
    let (reach, graphic) = (Reach::Public, |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic()));
    if let Ok(registration) = register::response(&json::Map::new(), reach, response) {
        assert!(graphic(&registration.client_id) && !registration.client_id.is_empty());
        let stored = json::parse_object(registration.expose().as_bytes()).expect("what is stored is JSON");
        let again = register::Registration::read(stored, reach).expect("and is taken back");
        assert_eq!((again.client_id, again.secret), (registration.client_id, registration.secret));
    }
    for rule in [resource::Match::Exact, resource::Match::Above] {
        if let Ok(Some(found)) = resource::response(&CALLED, rule, response) {
            assert!(found.resource.starts_with("https://api.example"), "of the origin that was called");
        }
    }
    if let Ok(userinfo::Answer::Plain(members)) = userinfo::response(response)
        && let Ok(claims) = userinfo::claims(members, "ada")
    {
        let oracle: serde_json::Value = serde_json::from_slice(data).expect("claims are JSON");
        assert_eq!(
            (oracle["sub"].as_str(), claims.get("sub").and_then(Value::as_str)),
            (Some("ada"), Some("ada"))
        );
    }
    if let Ok(introspect::State::Active(_)) = introspect::state_response(response) {
        let oracle: serde_json::Value = serde_json::from_slice(data).expect("an answer is JSON");
        assert_eq!(oracle["active"], true);
    }
    if let Ok(members) = client_metadata::response(&CALLED, response) {
        assert!(
            members.get("client_id").is_some_and(|id| id == API) && !members.contains_key("client_secret")
        );
    }
    if let Ok(members) = json::parse_object(data)
        && let Ok(actors) = exchange::actors(&members)
    {
        assert!(actors.len() <= exchange::MAX_ACTORS && actors.iter().all(|actor| !actor.subject.is_empty()));
    }
}
