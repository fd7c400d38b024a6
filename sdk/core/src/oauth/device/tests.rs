use core::time::Duration;

use super::*;
use crate::{
    http::Reach,
    oauth::{discovery, token::TokenType},
};

fn metadata(members: &str) -> Metadata {
    let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
    let body = format!(
        r#"{{"issuer":"https://server.example.com","token_endpoint":"https://server.example.com/token"{members}}}"#
    );
    let answer = Response { status: 200, headers: vec![], body: body.into() };
    discovery::response(&issuer, &answer).unwrap().unwrap()
}

fn json(status: u16, body: &str) -> Response {
    Response { status, headers: vec![("content-type".into(), "application/json".into())], body: body.into() }
}

fn prepared(body: &str) -> Result<Authorization, Failure> {
    response(&metadata(""), &json(200, body))
}

/// RFC 8628 §3.2.
const EXAMPLE: &str = r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT",
    "verification_uri":"https://example.com/device",
    "verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":1800,"interval":5}"#;

#[test]
fn asks_and_reads_the_examples_of_rfc_8628() {
    let endpoint = r#","device_authorization_endpoint":"https://server.example.com/device_authorization""#;
    let request = request(&metadata(endpoint), "1406020730", Some("example_scope"), &[]).unwrap();
    assert_eq!(request.url, "https://server.example.com/device_authorization");
    assert_eq!(request.body, "client_id=1406020730&scope=example_scope");
    let authorization = prepared(EXAMPLE).unwrap();
    assert_eq!(authorization.user_code, "WDJB-MJHT");
    assert_eq!(authorization.verification_uri.as_str(), "https://example.com/device");
    assert_eq!((authorization.expires_in, authorization.interval), (Seconds(1800), Seconds(5)));
    let complete = authorization.verification_uri_complete.as_ref().unwrap();
    assert_eq!(complete.as_str(), "https://example.com/device?user_code=WDJB-MJHT");
    assert_eq!(
        token_request(&metadata(""), "1406020730", &authorization).unwrap().body,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=1406020730\
         &device_code=GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"
    );
    assert!(!format!("{authorization:?}").contains("GmRh"));
}

#[test]
fn a_server_may_know_no_devices() {
    let error = request(&metadata(""), "app", None, &[]).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::at(Code::DiscoveryInvalid, "device_authorization_endpoint"));
}

#[test]
fn intervals_and_lifetimes_have_bounds() {
    let with = |from: &str, to: &str| prepared(&EXAMPLE.replace(from, to)).unwrap();
    assert_eq!(with(r#","interval":5"#, "").interval, Seconds(5));
    assert_eq!(with(r#""interval":5"#, r#""interval":null"#).interval, Seconds(5));
    assert_eq!(with(r#""interval":5"#, r#""interval":0"#).interval, Seconds(1));
    assert_eq!(with(r#""interval":5"#, r#""interval":1e15"#).interval, MAX_INTERVAL);
    assert_eq!(with("1800", "1e15").expires_in, MAX_LIFETIME);
    let google = with("verification_uri\"", "verification_url\"");
    assert_eq!(google.verification_uri.as_str(), "https://example.com/device");
}

#[test]
fn refuses_bad_members_by_name() {
    for (from, to, at) in [
        ("\"device_code\"", "\"x\"", "device_code"),
        ("GmRh", "Gm Rh", "device_code"),
        ("\"user_code\":\"WDJB-MJHT\"", "\"user_code\":7", "user_code"),
        // What a terminal would obey.
        ("WDJB-", "WDJB\\u001b[2J", "user_code"),
        ("WDJB-", "W\\u202eDJB", "user_code"),
        ("\"verification_uri\"", "\"x\"", "verification_uri"),
        ("https://example.com/device\"", "http://example.com/device\"", "verification_uri"),
        ("https://example.com/device\"", "javascript:alert(1)\"", "verification_uri"),
        ("https://example.com/device?", "https://u:p@example.com/?", "verification_uri_complete"),
        ("\"expires_in\"", "\"x\"", "expires_in"),
        ("1800", "0", "expires_in"),
        ("1800", "-1", "expires_in"),
        ("1800", "\"1800\"", "expires_in"),
        (":5}", ":-5}", "interval"),
        (":5}", ":\"5\"}", "interval"),
    ] {
        let failure = prepared(&EXAMPLE.replace(from, to)).unwrap_err();
        assert_eq!(failure.error, invalid(at), "{to}");
    }
}

/// Seconds of a wait.
fn waited(step: &Step) -> u64 {
    let Step::Wait(wait) = step else { panic!("a wait is expected") };
    wait.as_secs()
}

fn failed(step: Step) -> Failure {
    let Step::Finished(Err(failure)) = step else { panic!("an end is expected") };
    failure
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn pending() -> Response {
    json(400, r#"{"error":"authorization_pending"}"#)
}

#[test]
fn asks_until_the_user_has_approved() {
    let (mut polling, first) = Polling::new(&prepared(EXAMPLE).unwrap(), TokenType::Bearer);
    assert_eq!(waited(&first), 5);
    assert!(matches!(polling.handle(Event::Woke, at(5)), Step::Ask));
    assert_eq!(waited(&polling.handle(Event::Answered(&pending()), at(6))), 5);
    let slow = json(400, r#"{"error":"slow_down"}"#);
    assert_eq!(waited(&polling.handle(Event::Answered(&slow), at(12))), 10);
    assert_eq!(waited(&polling.handle(Event::Answered(&pending()), at(23))), 10, "for good");
    assert_eq!(waited(&polling.handle(Event::Answered(&slow), at(34))), 15);
    let tokens = json(200, r#"{"access_token":"at","token_type":"bearer"}"#);
    let Step::Finished(Ok(tokens)) = polling.handle(Event::Answered(&tokens), at(50)) else { panic!() };
    assert_eq!(tokens.access_token, "at");
}

#[test]
fn an_outage_doubles_the_wait_and_ends_nothing() {
    let (mut polling, _) = Polling::new(&prepared(EXAMPLE).unwrap(), TokenType::Bearer);
    let network = || Event::Failed(Code::NetworkTimeout.into());
    let waits: Vec<_> = (0..6).map(|turn| waited(&polling.handle(network(), at(turn)))).collect();
    assert_eq!(waits, [10, 20, 40, 60, 60, 60]);
    let unavailable = json(503, "");
    assert_eq!(waited(&polling.handle(Event::Answered(&unavailable), at(6))), 60);
    let mut busy = json(429, "");
    busy.headers.push(("retry-after".into(), "120".into()));
    assert_eq!(waited(&polling.handle(Event::Answered(&busy), at(7))), 120);
    assert_eq!(waited(&polling.handle(Event::Answered(&pending()), at(8))), 5, "it is over");
    assert_eq!(waited(&polling.handle(network(), at(9))), 10);
}

#[test]
fn ends_where_there_is_nothing_to_wait_for() {
    for (status, body, code) in [
        (400, r#"{"error":"access_denied"}"#, Code::AccessDenied),
        (400, r#"{"error":"expired_token"}"#, Code::DeviceExpired),
        (400, r#"{"error":"invalid_grant"}"#, Code::InvalidGrant),
        (401, r#"{"error":"invalid_client"}"#, Code::OauthError),
        (200, r#"{"access_token":"at","token_type":"DPoP"}"#, Code::ResponseInvalid),
        (200, "<html>", Code::ResponseInvalid),
        (404, "", Code::ResponseInvalid),
    ] {
        let (mut polling, _) = Polling::new(&prepared(EXAMPLE).unwrap(), TokenType::Bearer);
        let failure = failed(polling.handle(Event::Answered(&json(status, body)), at(5)));
        assert_eq!((failure.error.code, failure.status), (code, Some(status)), "{body}");
    }
    let (mut polling, _) = Polling::new(&prepared(EXAMPLE).unwrap(), TokenType::Bearer);
    assert_eq!(
        failed(polling.handle(Event::Failed(Code::RedirectRefused.into()), at(5))).error.code,
        Code::RedirectRefused
    );
}

#[test]
fn the_time_of_the_codes_is_the_time_of_the_asking() {
    let (mut polling, _) = Polling::new(&prepared(EXAMPLE).unwrap(), TokenType::Bearer);
    assert_eq!(waited(&polling.handle(Event::Answered(&pending()), at(1797))), 3);
    assert_eq!(waited(&polling.handle(Event::Failed(Code::NetworkFailed.into()), at(5000))), 0);
    assert!(matches!(polling.handle(Event::Woke, at(1799)), Step::Ask));
    assert_eq!(failed(polling.handle(Event::Woke, at(1800))).error.code, Code::DeviceExpired);
    let short = prepared(&EXAMPLE.replace("1800", "3")).unwrap();
    assert_eq!(waited(&Polling::new(&short, TokenType::Bearer).1), 3);
}
