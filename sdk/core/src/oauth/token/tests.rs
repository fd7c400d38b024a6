use super::*;
use crate::{
    http::Reach,
    oauth::{authorize::Target, discovery},
    time::UnixSeconds,
};

fn answer(status: u16, media_type: &str, body: &str) -> Response {
    Response { status, headers: vec![("content-type".into(), media_type.into())], body: body.into() }
}

fn tokens_of(members: &str) -> Result<Tokens, Failure> {
    let body = format!(r#"{{"access_token":"at","token_type":"Bearer"{members}}}"#);
    read(&answer(200, "application/json;charset=UTF-8", &body))
}

fn read(answer: &Response) -> Result<Tokens, Failure> {
    response(answer, TokenType::Bearer)
}

fn place(result: Result<Tokens, Failure>) -> (Code, &'static str) {
    let error = result.map(|_| ()).unwrap_err().error;
    (error.code, error.at)
}

#[test]
fn the_exchange_proves_itself() {
    let issuer = discovery::Issuer::parse("https://a.example", Reach::Public).unwrap();
    let document = br#"{"issuer":"https://a.example","token_endpoint":"https://a.example/token"}"#;
    let found = Response { status: 200, headers: vec![], body: document.to_vec() };
    let metadata = discovery::response(&issuer, &found).unwrap().unwrap();
    let target = Target {
        issuer: "https://a.example".into(),
        redirect_uri: "https://app.example/cb".into(),
        scope: "openid".into(),
        resources: vec!["https://api.example".into()],
    };
    let transaction = Transaction::begin(target, &[7; 96], UnixSeconds(0));
    let request = exchange_request(&metadata, "spa", "c&d", &transaction).unwrap();
    assert_eq!(request.url, "https://a.example/token");
    assert!(request.headers.contains(&("content-type", "application/x-www-form-urlencoded".into())));
    let expected = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa"),
        ("code", "c&d"),
        ("redirect_uri", "https://app.example/cb"),
        ("code_verifier", transaction.verifier.expose()),
        ("resource", "https://api.example"),
    ];
    assert_eq!(form::decode(&request.body), expected.map(|(name, value)| (name.into(), value.into())));
}

#[test]
fn the_refresh_names_token_and_resources() {
    let endpoint = Address::parse("https://a.example/token", Reach::Public).unwrap();
    let request = refresh_request(&endpoint, "spa", "rt", &["https://api.example".into()]);
    assert_eq!(
        request.body,
        "grant_type=refresh_token&client_id=spa&refresh_token=rt&resource=https%3A%2F%2Fapi.example"
    );
}

#[test]
fn reads_the_example_of_rfc_6749() {
    let body = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,
        "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}"#;
    let bearer = body.replace("\"example\"", "\"bEARER\"");
    let tokens =
        read(&answer(200, "application/json", &bearer)).map_err(|failure| failure.error).ok().unwrap();
    assert_eq!(
        (tokens.access_token.as_str(), tokens.expires_in),
        ("2YotnFZFEjr1zCsicMWpAA", Some(Seconds(3600)))
    );
    assert_eq!((tokens.refresh_token.as_deref(), tokens.scope), (Some("tGzv3JOkF0XG5Qx2TlKWIA"), None));
    assert_eq!(place(read(&answer(200, "application/json", body))), (Code::ResponseInvalid, "token_type"));
}

#[test]
fn lifetimes_are_whole_seconds_up_to_a_limit() {
    let lifetime =
        |text: &str| tokens_of(&format!(r#","expires_in":{text}"#)).map(|tokens| tokens.expires_in);
    assert!(lifetime("0").ok().unwrap() == Some(Seconds(0)) && lifetime("null").ok().unwrap().is_none());
    assert!(lifetime("18446744073709551615").ok().unwrap() == Some(MAX_LIFETIME));
    assert!(lifetime("1e3").ok().unwrap() == Some(Seconds(1000)));
    for bad in ["-1", "1.5", "\"3600\"", "true"] {
        assert_eq!(lifetime(bad).unwrap_err().error, invalid("expires_in"), "{bad}");
    }
}

#[test]
fn refuses_bad_members_by_name() {
    for (members, at) in [
        (r#","scope":[]"#, "scope"),
        (r#","refresh_token":"""#, "refresh_token"),
        (r#","refresh_token":"a b""#, "refresh_token"),
        (r#","id_token":{}"#, "id_token"),
        (r#","id_token":"a\r\nb""#, "id_token"),
        (r#","scope":"a","scope":"b""#, "body"),
    ] {
        assert_eq!(place(tokens_of(members)), (Code::ResponseInvalid, at), "{members}");
    }
    let without = r#"{"token_type":"Bearer"}"#;
    assert_eq!(
        place(read(&answer(200, "application/json", without))),
        (Code::ResponseInvalid, "access_token")
    );
}

#[test]
fn refuses_what_is_not_json() {
    let body = r#"{"access_token":"at","token_type":"Bearer"}"#;
    for media_type in ["text/html", "", "application/jsonp", "application/jwt"] {
        assert_eq!(place(read(&answer(200, media_type, body))), (Code::ResponseInvalid, "content-type"));
    }
    assert_eq!(place(read(&answer(200, "application/json", "<html>"))), (Code::ResponseInvalid, "body"));
    let large = format!("{}{}", body, " ".repeat(MAX_LENGTH));
    assert_eq!(place(read(&answer(200, "application/json", &large))).0, Code::ResponseTooLarge);
}

#[test]
fn an_oauth_error_is_typed_whatever_the_status() {
    for status in [400, 401, 200, 500] {
        let body = r#"{"error":"invalid_grant","error_description":"used twice"}"#;
        let failure = read(&answer(status, "application/json", body)).map(|_| ()).unwrap_err();
        assert_eq!((failure.error.code, failure.status), (Code::InvalidGrant, Some(status)));
        assert_eq!(failure.oauth.unwrap().description.as_deref(), Some("used twice"));
    }
    for (status, code) in
        [(429, Code::ServerRateLimited), (502, Code::ServerUnavailable), (404, Code::ResponseInvalid)]
    {
        let failure = read(&answer(status, "text/html", "<html>")).map(|_| ()).unwrap_err();
        assert_eq!((failure.error.code, failure.status, failure.oauth), (code, Some(status), None));
    }
}

#[test]
fn a_bound_token_is_taken_only_where_a_proof_was_sent() {
    let kind = |kind: &str, asked| {
        let body = format!(r#"{{"access_token":"at","token_type":"{kind}"}}"#);
        response(&answer(200, "application/json", &body), asked).map(|tokens| tokens.token_type)
    };
    assert_eq!(kind("dpop", TokenType::Dpop), Ok(TokenType::Dpop));
    assert_eq!(kind("bearer", TokenType::Dpop), Ok(TokenType::Bearer));
    assert_eq!(kind("DPoP", TokenType::Bearer).unwrap_err().error, invalid("token_type"));
    assert_eq!(kind("mac", TokenType::Dpop).unwrap_err().error, invalid("token_type"));
}

#[test]
fn details_are_a_list_that_is_passed_on() {
    let details = |text: &str| tokens_of(&format!(r#","authorization_details":{text}"#));
    let given = details(r#"[{"type":"payment","amount":1}]"#).ok().unwrap().authorization_details.unwrap();
    assert_eq!(given.to_string(), r#"[{"amount":1,"type":"payment"}]"#);
    assert!(details("null").ok().unwrap().authorization_details.is_none());
    assert_eq!(place(details(r#"{"type":"payment"}"#)), (Code::ResponseInvalid, "authorization_details"));
}

#[test]
fn a_failure_says_how_long_to_wait() {
    let mut busy = answer(503, "text/html", "");
    busy.headers.push(("retry-after".into(), "7".into()));
    let failure = read(&busy).map(|_| ()).unwrap_err();
    assert_eq!((failure.error.code, failure.retry_after), (Code::ServerUnavailable, Some(Seconds(7))));
}
