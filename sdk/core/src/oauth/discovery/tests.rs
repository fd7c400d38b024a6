use super::*;

fn issuer() -> Issuer {
    Issuer::parse("https://a.example/t", Reach::Public).unwrap()
}

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: vec![], body: body.into() }
}

fn document(members: &str) -> Result<Option<Metadata>, Error> {
    response(&issuer(), &answer(200, &format!(r#"{{"issuer":"https://a.example/t"{members}}}"#)))
}

#[test]
fn tries_every_path_layout() {
    let urls = |text| {
        let issuer = Issuer::parse(text, Reach::Public).unwrap();
        requests(&issuer).into_iter().map(|request| request.url).collect::<Vec<_>>()
    };
    assert_eq!(
        urls("https://a.example/t/"),
        [
            "https://a.example/t/.well-known/openid-configuration",
            "https://a.example/.well-known/oauth-authorization-server/t",
            "https://a.example/.well-known/openid-configuration/t",
        ]
    );
    let root = [
        "https://a.example/.well-known/openid-configuration",
        "https://a.example/.well-known/oauth-authorization-server",
    ];
    assert_eq!(urls("https://a.example"), root);
    assert_eq!(urls("https://a.example/"), root);
}

#[test]
fn an_issuer_has_no_query() {
    assert!(Issuer::parse("https://a.example/?t=1", Reach::Public).is_err());
    assert!(Issuer::parse("http://127.0.0.1:5000", Reach::Public).is_err());
    assert!(Issuer::parse("http://127.0.0.1:5000", Reach::Development).is_ok());
}

#[test]
fn reads_endpoints_and_capabilities() {
    let metadata = document(
        r#","authorization_endpoint":"https://a.example/auth","token_endpoint":"https://b.example/token",
           "jwks_uri":"https://a.example/jwks","end_session_endpoint":"https://a.example/end",
           "revocation_endpoint":"https://a.example/revoke","code_challenge_methods_supported":["plain","S256"],
           "authorization_response_iss_parameter_supported":true,"unknown":{}"#,
    );
    let metadata = metadata.unwrap().unwrap();
    assert_eq!(metadata.authorization_endpoint().unwrap().as_str(), "https://a.example/auth");
    assert_eq!(metadata.token_endpoint().unwrap().as_str(), "https://b.example/token");
    assert!(metadata.names_issuer_in_responses && metadata.jwks_uri.is_some());
    assert!(metadata.end_session_endpoint.is_some() && metadata.revocation_endpoint.is_some());
}

#[test]
fn what_is_absent_is_missed_only_where_it_is_needed() {
    let metadata = document("").unwrap().unwrap();
    assert!(!metadata.names_issuer_in_responses && metadata.jwks_uri.is_none());
    assert_eq!(metadata.token_endpoint(), Err(invalid("token_endpoint")));
    assert_eq!(metadata.authorization_endpoint(), Err(invalid("authorization_endpoint")));
}

#[test]
fn the_issuer_must_equal_exactly() {
    for name in ["https://a.example/t/", "https://a.example", "https://A.example/t", "https://b.example/t"] {
        let result = response(&issuer(), &answer(200, &format!(r#"{{"issuer":"{name}"}}"#)));
        assert_eq!(result.map(|_| ()), Err(Code::DiscoveryIssuerMismatch.into()), "{name}");
    }
    assert_eq!(
        response(&issuer(), &answer(200, "{}")).map(|_| ()),
        Err(Code::DiscoveryIssuerMismatch.into())
    );
}

#[test]
fn refuses_bad_members_by_name() {
    for (members, at) in [
        (r#","token_endpoint":"http://a.example/token""#, "token_endpoint"),
        (r#","token_endpoint":"https://10.0.0.1/token""#, "token_endpoint"),
        (r#","jwks_uri":1"#, "jwks_uri"),
        (r#","end_session_endpoint":"javascript:alert(1)""#, "end_session_endpoint"),
        (r#","code_challenge_methods_supported":["plain"]"#, "code_challenge_methods_supported"),
        (
            r#","authorization_response_iss_parameter_supported":"true""#,
            "authorization_response_iss_parameter_supported",
        ),
    ] {
        assert_eq!(document(members).map(|_| ()), Err(invalid(at)), "{members}");
    }
    assert_eq!(document(r#","issuer":"https://a.example/t""#).map(|_| ()), Err(invalid("")));
}

#[test]
fn tells_absence_from_failure() {
    assert!(response(&issuer(), &answer(404, "")).unwrap().is_none());
    for status in [204, 301, 500, 503] {
        let result = response(&issuer(), &answer(status, "{}"));
        assert_eq!(result.map(|_| ()), Err(Code::DiscoveryUnavailable.into()), "{status}");
    }
    let large = format!("{{\"issuer\":\"{}\"}}", "x".repeat(MAX_LENGTH));
    assert_eq!(
        response(&issuer(), &answer(200, &large)).map(|_| ()).unwrap_err().code,
        Code::ResponseTooLarge
    );
}
