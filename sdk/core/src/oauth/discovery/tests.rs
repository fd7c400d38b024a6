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
            "https://a.example/t/.well-known/oauth-authorization-server",
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
    for name in [
        "https://a.example/t//",
        "https://a.example",
        "https://A.example/t",
        "https://b.example/t",
        "https://a.example/t?",
        "",
        "/",
    ] {
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

fn named(issuer: &Issuer, name: &str) -> Result<Option<String>, Error> {
    let found = response(issuer, &answer(200, &format!(r#"{{"issuer":"{name}"}}"#)))?;
    Ok(found.map(|metadata| metadata.issuer))
}

#[test]
fn a_slash_at_the_end_makes_no_other_issuer() {
    let slashed = Issuer::parse("https://a.example/t/", Reach::Public).unwrap();
    for issuer in [&issuer(), &slashed] {
        for name in ["https://a.example/t", "https://a.example/t/"] {
            assert_eq!(named(issuer, name), Ok(Some(name.into())), "the document's spelling counts");
        }
    }
    // What a verifier is configured with stays exact: tokens are compared with it.
    let found = answer(200, r#"{"issuer":"https://a.example/t/","jwks_uri":"https://a.example/jwks"}"#);
    assert_eq!(key_set_address(&issuer(), &found), Err(Code::DiscoveryIssuerMismatch.into()));
}

#[test]
fn an_alias_is_an_exception_that_somebody_has_decided_on() {
    let issuer = issuer().with_aliases(vec!["https://b.example".into()]);
    assert_eq!(named(&issuer, "https://b.example"), Ok(Some("https://b.example".into())));
    assert_eq!(named(&issuer, "https://a.example/t"), Ok(Some("https://a.example/t".into())));
    assert_eq!(named(&issuer, "https://b.example/"), Err(Code::DiscoveryIssuerMismatch.into()));
    let other = answer(200, r#"{"issuer":"https://c.example"}"#);
    assert_eq!(stated_issuer(&other).as_deref(), Some("https://c.example"));
    assert_eq!(stated_issuer(&answer(404, "{}")), None);
}

#[test]
fn further_endpoints_are_read_where_they_are_needed() {
    let metadata = document(
        r#","pushed_authorization_request_endpoint":"https://a.example/par","userinfo_endpoint":"http://a.example",
           "require_pushed_authorization_requests":true,"require_signed_request_object":"yes",
           "grant_types_supported":["authorization_code"],"token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt"]"#,
    );
    let metadata = metadata.unwrap().unwrap();
    assert_eq!(metadata.endpoint(Endpoint::PushedAuthorization).unwrap().as_str(), "https://a.example/par");
    assert_eq!(metadata.endpoint(Endpoint::Userinfo), Err(invalid("userinfo_endpoint")));
    assert_eq!(metadata.find(Endpoint::DeviceAuthorization), Ok(None));
    assert_eq!(metadata.flag("require_pushed_authorization_requests"), Ok(true));
    assert_eq!(metadata.flag("absent"), Ok(false));
    assert_eq!(metadata.flag("require_signed_request_object"), Err(invalid("require_signed_request_object")));
    assert_eq!(metadata.lists("grant_types_supported", "authorization_code"), Some(true));
    assert_eq!(metadata.lists("grant_types_supported", "refresh_token"), Some(false));
    assert_eq!(metadata.lists("absent", "x"), None);
    let wanted = ["private_key_jwt", "client_secret_post"];
    let choose = |name| metadata.first_of(name, &wanted, "client_secret_post");
    assert_eq!(choose("token_endpoint_auth_methods_supported"), Some("private_key_jwt"));
    assert_eq!(choose("absent"), Some("client_secret_post"));
    assert_eq!(choose("grant_types_supported"), None);
}

#[test]
fn a_template_is_filled_with_the_tenant_of_the_token() {
    let base = "https://login.microsoftonline.com";
    let template = format!("{base}/{{tenantid}}/v2.0");
    let issuer = Issuer::parse(&format!("{base}/common/v2.0"), Reach::Public).unwrap();
    assert_eq!(named(&issuer, &template), Err(Code::DiscoveryIssuerMismatch.into()));
    let found = response(
        &issuer.with_aliases(vec![template.clone()]),
        &answer(200, &format!(r#"{{"issuer":"{template}"}}"#)),
    );
    let metadata = found.unwrap().unwrap();
    let of = |tenant: &str| metadata.issuer_of(Some(&tenant.into()));
    let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    assert_eq!(of(tenant), Some(format!("{base}/{tenant}/v2.0")));
    for odd in ["", "common", "../x", "{tenantid}", &tenant.to_uppercase(), &format!("{tenant}/")] {
        assert_eq!(of(odd), None, "{odd}");
    }
    assert_eq!(metadata.issuer_of(None), None);
    let plain = document("").unwrap().unwrap();
    assert_eq!(plain.issuer_of(None).as_deref(), Some("https://a.example/t"));
}

#[test]
fn a_search_goes_on_past_failures_and_tells_the_best_reason() {
    let good = || Ok(answer(200, r#"{"issuer":"https://a.example/t"}"#));
    let network = || Err(Error::from(Code::NetworkFailed));
    let issuer = issuer();
    let mut search = Search::new(&issuer);
    for wrong in [network(), Ok(answer(500, "")), Ok(answer(404, ""))] {
        assert!(search.next_request().is_ok() && search.answered(wrong).is_none());
    }
    assert!(search.next_request().is_ok() && search.answered(good()).is_some());

    let outcome = |answers: [Result<Response, Error>; 4]| {
        let mut search = Search::new(&issuer);
        for answer in answers {
            assert!(search.next_request().is_ok() && search.answered(answer).is_none());
        }
        search.next_request().map(|_| ()).unwrap_err().code
    };
    let absent = || Ok(answer(404, ""));
    assert_eq!(outcome([absent(), absent(), absent(), absent()]), Code::DiscoveryUnavailable);
    assert_eq!(outcome([network(), absent(), network(), absent()]), Code::NetworkFailed);
    assert_eq!(outcome([network(), Ok(answer(503, "")), absent(), absent()]), Code::DiscoveryUnavailable);
    let other = Ok(answer(200, r#"{"issuer":"https://c.example"}"#));
    assert_eq!(outcome([Ok(answer(200, "{")), other, network(), absent()]), Code::DiscoveryIssuerMismatch);
}
