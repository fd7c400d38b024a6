use super::*;

fn register(world: &World, metadata: &str) -> Outgoing {
    world.send("POST", "/oauth/register", &[("content-type", "application/json")], metadata).unwrap()
}

const GOOD: &str = r#"{"redirect_uris": ["https://new.example/cb"], "client_name": "New",
  "scope": "openid notes:read notes:write admin", "grant_types": ["authorization_code", "client_credentials"],
  "first_party": true}"#;

#[test]
fn a_client_registers_itself_with_what_strangers_may_have() {
    let world = world();
    let answer = register(&world, GOOD);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let client = members(&answer);
    let text = |name: &str| client.get(name).and_then(Value::as_str).unwrap().to_owned();
    assert_eq!(text("scope"), "openid notes:read");
    assert_eq!(client.get("grant_types").unwrap().to_text(), r#"["authorization_code"]"#);
    assert!(client.get("first_party").is_none());
    let (id, secret, token) = (text("client_id"), text("client_secret"), text("registration_access_token"));
    let dump = world.memory.dump();
    assert!(!dump.contains(&secret) && !dump.contains(&token));
    let path = text("registration_client_uri").replace("https://auth.example", "");
    let bearer = format!("Bearer {token}");
    let manage = |method: &str, bearer: &str, body: &str| {
        world.send(method, &path, &[("authorization", bearer)], body).unwrap()
    };
    assert_eq!(manage("GET", "Bearer reg_other", "").status, 401);
    assert_eq!(members(&manage("GET", &bearer, "")).get("client_id").unwrap(), &id.as_str());
    let changed = manage(
        "PUT",
        &bearer,
        &GOOD
            .replace("New", "Newer")
            .replace(r#""scope""#, r#""token_endpoint_auth_method":"client_secret_post","scope""#),
    );
    assert_eq!(members(&changed).get("client_name").unwrap(), &"Newer");
    let cookie = signed_in(&world, "u1");
    let asked = [("client_id", id.as_str()), ("redirect_uri", "https://new.example/cb")];
    assert!(get(&world, &cookie, &authorization(&asked)).body.contains("Newer"), "a user is asked");
    assert_eq!(manage("DELETE", &bearer, "").status, 204);
    assert_eq!(get(&world, &cookie, &authorization(&asked)).status, 400);
}

#[test]
fn what_would_do_harm_is_not_registered() {
    let world = world();
    for (metadata, word) in [
        (r#"{"redirect_uris": ["http://new.example/cb"]}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris": ["javascript:alert(1)"]}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris": ["https://new.example/#f"]}"#, "invalid_redirect_uri"),
        (r#"{"redirect_uris": []}"#, "invalid_redirect_uri"),
        (
            r#"{"redirect_uris": ["https://new.example/"], "token_endpoint_auth_method": "tls_client_auth"}"#,
            "invalid_client_metadata",
        ),
        (
            r#"{"redirect_uris": ["https://new.example/"], "jwks_uri": "http://169.254.169.254/"}"#,
            "invalid_client_metadata",
        ),
        ("[]", "invalid_client_metadata"),
    ] {
        assert_eq!(error(&register(&world, metadata)), word, "{metadata}");
    }
    let native = r#"{"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none"}"#;
    let client = members(&register(&world, native));
    assert!(!client.contains_key("client_secret"));
    let closed = World::new();
    assert_eq!(error(&register(&closed, GOOD)), "access_denied");
}

#[test]
fn registrations_are_counted() {
    let world = world();
    for _ in 0..20 {
        assert_eq!(register(&world, GOOD).status, 201);
    }
    let answer = register(&world, GOOD);
    assert_eq!((answer.status, answer.header("retry-after").is_some()), (503, true));
}

const DOCUMENT: &str = "https://new.example/client.json";

/// Answers for the document of a client.
fn documented(world: &World, status: u16, document: &str) {
    let body = document.as_bytes().to_vec();
    let headers = vec![("content-type".into(), "application/json".into())];
    let answer = edgeward_core::http::Response { status, headers, body };
    *world.shared.server.borrow_mut() = Some(Box::new(move |_| Ok(answer.clone())));
}

#[test]
fn a_client_that_describes_itself_gets_what_strangers_may_have() {
    let world = world();
    let document = format!(
        r#"{{"client_id": "{DOCUMENT}", "redirect_uris": ["https://new.example/cb"], "scope": "openid notes:write",
            "grant_types": ["client_credentials", "authorization_code",
                            "urn:ietf:params:oauth:grant-type:token-exchange"], "first_party": true}}"#
    );
    documented(&world, 200, &document);
    let client = wait(crate::oauth::client::find(&world.authority, DOCUMENT)).unwrap().unwrap();
    assert_eq!(client.grants, ["authorization_code"]);
    assert_eq!((client.scope.as_deref(), client.first_party), (Some("openid"), false));
}

#[test]
fn an_outage_of_a_clients_document_is_not_the_clients_fault() {
    let world = world();
    let asked = || {
        let refresh = [("grant_type", "refresh_token"), ("client_id", DOCUMENT), ("refresh_token", "x")];
        let answer = post(&world, "/oauth/token", &[], &refresh);
        (answer.status, error(&answer))
    };
    assert_eq!(asked(), (503, "temporarily_unavailable".into()), "nothing answers");
    for status in [429, 500, 503] {
        documented(&world, status, "{}");
        assert_eq!(asked(), (503, "temporarily_unavailable".into()), "{status}");
    }
    for (status, document) in [(404, "{}"), (200, "{}"), (200, "no JSON")] {
        documented(&world, status, document);
        let sent = || world.shared.sent.borrow().len();
        let before = sent();
        for _ in 0..3 {
            assert_eq!(asked(), (401, "invalid_client".into()), "{status} {document}");
        }
        assert_eq!(sent(), before + 1, "nobody is asked again at once");
        world.pass(30_000);
    }
}

#[test]
fn a_clients_document_is_kept_and_outlives_an_outage() {
    let world = world();
    let found = |id: &str| wait(crate::oauth::client::find(&world.authority, id));
    let document =
        |id: &str| format!(r#"{{"client_id": "{id}", "redirect_uris": ["https://new.example/cb"]}}"#);
    documented(&world, 200, &document(DOCUMENT));
    for _ in 0..3 {
        assert!(found(DOCUMENT).unwrap().is_some());
    }
    assert_eq!(world.shared.sent.borrow().len(), 1);
    documented(&world, 503, "");
    world.pass(24 * 60 * 60 * 1000 - 1);
    assert!(found(DOCUMENT).unwrap().is_some());
    assert_eq!(world.shared.sent.borrow().len(), 2);
    world.pass(1);
    assert!(found(DOCUMENT).is_err());
    documented(&world, 404, "");
    assert!(found(DOCUMENT).unwrap().is_none(), "it was taken away");
    for number in 0..100 {
        world.pass(1);
        let id = format!("https://new.example/{number}.json");
        documented(&world, 200, &document(&id));
        assert!(found(&id).unwrap().is_some());
    }
    let sent = world.shared.sent.borrow().len();
    assert!(found("https://new.example/99.json").unwrap().is_some());
    assert_eq!(world.shared.sent.borrow().len(), sent, "the latest are kept");
    assert!(found("https://new.example/0.json").unwrap().is_none(), "and no more than there is room for");
}

#[test]
fn an_outage_of_a_clients_keys_is_not_the_clients_fault() {
    let world = world();
    let registered = register(
        &world,
        r#"{"redirect_uris": ["https://new.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "https://new.example/keys"}"#,
    );
    let client = members(&registered).get("client_id").and_then(Value::as_str).unwrap().to_owned();
    let part = |text: &str| edgeward_core::base64url::encode(text.as_bytes());
    let claims = format!(r#"{{"iss":"{client}","sub":"{client}"}}"#);
    let assertion = [part(r#"{"alg":"ES256"}"#), part(&claims), part("x")].join(".");
    let asked = || {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        let answer = post(&world, "/oauth/token", &[], &pairs);
        (answer.status, error(&answer))
    };
    assert_eq!(asked(), (503, "temporarily_unavailable".into()));
    documented(&world, 503, "");
    assert_eq!(asked(), (503, "temporarily_unavailable".into()));
    documented(&world, 404, "");
    assert_eq!(asked(), (401, "invalid_client".into()));
}
