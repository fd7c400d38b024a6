use super::*;

fn address(url: &str) -> Address {
    Address::parse(url, Reach::Public).unwrap()
}

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: vec![], body: body.into() }
}

fn named(called: &str, name: &str, rule: Match) -> Result<(), Error> {
    let body = format!(r#"{{"resource":"{name}"}}"#);
    response(&address(called), rule, &answer(200, &body)).map(|found| drop(found.unwrap()))
}

#[test]
fn tries_the_path_first_and_then_the_origin() {
    let urls = |url| {
        let requests = requests(&address(url), Reach::Public);
        requests.into_iter().map(|request| request.url).collect::<Vec<_>>()
    };
    let root = "https://a.example/.well-known/oauth-protected-resource";
    assert_eq!(urls("https://a.example"), [root]);
    assert_eq!(urls("https://a.example/"), [root]);
    // RFC 9728 §3.1
    assert_eq!(urls("https://a.example/resource1"), [&format!("{root}/resource1"), root]);
    assert_eq!(urls("https://a.example/mcp/?tenant=1"), [&format!("{root}/mcp?tenant=1"), root]);
    assert_eq!(urls("https://a.example?tenant=1"), [&format!("{root}?tenant=1"), root]);
}

#[test]
fn a_challenge_says_where_the_metadata_are() {
    let of = |header: &str| challenged(&challenge::parse(header), Reach::Public);
    let url = "https://a.example/.well-known/oauth-protected-resource";
    assert_eq!(
        of(&format!(r#"Bearer error="invalid_token", resource_metadata="{url}""#)).unwrap().as_str(),
        url
    );
    assert_eq!(of(&format!("DPoP resource_metadata={url}")).unwrap().as_str(), url);
    for odd in [
        "Bearer",
        r#"Basic resource_metadata="https://a.example/m""#,
        r#"Bearer resource_metadata="http://a.example/m""#,
        r#"Bearer resource_metadata="https://10.0.0.1/m""#,
        r#"Bearer resource_metadata="javascript:alert(1)""#,
        r#"Bearer resource_metadata="/m""#,
    ] {
        assert_eq!(of(odd), None, "{odd}");
    }
}

#[test]
fn reads_the_example_of_rfc_9728() {
    let body = r#"{"resource":"https://resource.example.com",
        "authorization_servers":["https://as1.example.com","https://as2.example.net"],
        "bearer_methods_supported":["header","body"],"scopes_supported":["profile","email","phone"],
        "resource_documentation":"https://resource.example.com/resource_documentation.html"}"#;
    let found = response(&address("https://resource.example.com"), Match::Exact, &answer(200, body));
    let resource = found.unwrap().unwrap();
    assert_eq!(resource.scopes, ["profile", "email", "phone"]);
    assert!(!resource.requires_dpop() && resource.document().contains_key("bearer_methods_supported"));
    assert_eq!(resource.choose(&[]), Ok("https://as1.example.com"));
    assert_eq!(
        resource.choose(&["https://x.example", "https://as2.example.net/"]),
        Ok("https://as2.example.net")
    );
    assert_eq!(resource.choose(&["https://x.example"]), Err(invalid("authorization_servers")));
}

#[test]
fn the_metadata_are_about_the_api_that_was_called() {
    for (called, name) in [
        ("https://a.example/mcp", "https://a.example/mcp"),
        ("https://a.example/mcp", "https://a.example/mcp/"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/mcp?tenant=1", "https://a.example/mcp?tenant=1"),
    ] {
        for rule in [Match::Exact, Match::Above] {
            assert_eq!(named(called, name, rule), Ok(()), "{name}");
        }
    }
    let mismatch = Err(Error::at(Code::ResourceMismatch, "resource"));
    for (called, name) in [
        ("https://a.example/mcp", "https://a.example"),
        ("https://a.example/mcp", "https://a.example/"),
        ("https://a.example/a/b", "https://a.example/a"),
        ("https://a.example/a/b?x=1", "https://a.example/a/"),
    ] {
        assert_eq!(named(called, name, Match::Exact), mismatch, "{name}");
        assert_eq!(named(called, name, Match::Above), Ok(()), "{name}");
    }
    for (called, name) in [
        ("https://a.example/mcp", "https://a.example/mc"),
        ("https://a.example/mcp", "https://a.example/mcp/x"),
        ("https://a.example/mcp", "https://a.example.evil.example/"),
        ("https://a.example/mcp", "https://evil.example/mcp"),
        ("https://a.example/mcp", "https://a.example:8443/mcp"),
        ("https://a.example/mcp", "https://a.example/MCP"),
        ("https://a.example/a/../b", "https://a.example/a"),
        ("https://a.example/a/%2e%2e/b", "https://a.example/a"),
        ("https://a.example/a?x", "https://a.example/a?"),
        ("https://a.example/mcp", ""),
    ] {
        for rule in [Match::Exact, Match::Above] {
            assert_eq!(named(called, name, rule), mismatch, "{called} {name}");
        }
    }
}

#[test]
fn refuses_bad_documents_by_name() {
    let read =
        |body: &str| response(&address("https://a.example"), Match::Exact, &answer(200, body)).map(|_| ());
    for (body, at) in [
        ("[]", ""),
        ("{}", "resource"),
        (r#"{"resource":["https://a.example"]}"#, "resource"),
        (
            r#"{"resource":"https://a.example","authorization_servers":"https://as.example"}"#,
            "authorization_servers",
        ),
        (r#"{"resource":"https://a.example","authorization_servers":[1]}"#, "authorization_servers"),
        (r#"{"resource":"https://a.example","resource":"https://a.example"}"#, ""),
    ] {
        assert_eq!(read(body), Err(invalid(at)), "{body}");
    }
    let empty = response(
        &address("https://a.example"),
        Match::Exact,
        &answer(200, r#"{"resource":"https://a.example"}"#),
    );
    assert_eq!(empty.unwrap().unwrap().choose(&[]).map(|_| ()), Err(invalid("authorization_servers")));
    let status = |status| {
        response(&address("https://a.example"), Match::Exact, &answer(status, "{}"))
            .map(|found| found.is_some())
    };
    assert_eq!(status(404), Ok(false));
    assert_eq!(status(302), Err(Code::DiscoveryUnavailable.into()));
    assert_eq!(status(500), Err(Code::DiscoveryUnavailable.into()));
}
