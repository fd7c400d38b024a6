use super::*;
use crate::{
    http::Reach,
    oauth::{
        authorize::{Target, Transaction, Wishes},
        client_auth::ClientAuthentication,
        discovery,
    },
    secret::Secret,
    time::UnixSeconds,
};

fn metadata(members: &str) -> Metadata {
    let issuer = discovery::Issuer::parse("https://as.example.com", Reach::Public).unwrap();
    let body = format!(
        r#"{{"issuer":"https://as.example.com","authorization_endpoint":"https://as.example.com/authorize"{members}}}"#
    );
    discovery::response(&issuer, &Response { status: 200, headers: vec![], body: body.into() })
        .unwrap()
        .unwrap()
}

const ENDPOINT: &str = r#","pushed_authorization_request_endpoint":"https://as.example.com/as/par""#;

fn answer(status: u16, body: &str) -> Result<Pushed, Failure> {
    let headers = vec![("content-type".into(), "application/json".into())];
    response(&Response { status, headers, body: body.into() })
}

#[test]
fn the_whole_request_is_pushed_and_authenticated() {
    let target = Target {
        issuer: "https://as.example.com".into(),
        redirect_uri: "https://client.example.org/cb".into(),
        scope: "account-information".into(),
        resources: vec![],
    };
    let start = Transaction::begin(target, &[7; 96], UnixSeconds(0));
    let details = r#"[{"type":"payment"}]"#;
    let wishes =
        Wishes { extra: vec![("authorization_details".into(), details.into())], ..Wishes::default() };
    let parameters = Parameters::new("s6BhdRkqt3", &start, &wishes, start.verifier.challenge()).unwrap();
    let mut request = request(&metadata(ENDPOINT), &parameters).unwrap();
    let secret = ClientAuthentication::SecretBasic(Secret::new(b"7Fjfp0ZBr1KtDRbnfVdmIw".to_vec()));
    secret.apply("s6BhdRkqt3", &mut request);
    assert_eq!(request.url, "https://as.example.com/as/par");
    let basic = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";
    assert!(request.headers.contains(&("authorization", basic.into())));
    let pairs = form::decode(&request.body);
    let value = |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    assert_eq!(value("client_id"), None);
    assert_eq!(value("response_type"), Some("code"));
    assert_eq!(value("redirect_uri"), Some("https://client.example.org/cb"));
    assert_eq!(value("code_challenge_method"), Some("S256"));
    assert_eq!(value("authorization_details"), Some(details));
    assert!(value("code_verifier").is_none(), "the secret of the flow stays here");
}

#[test]
fn the_address_is_that_of_the_example_of_rfc_9126() {
    let body =
        r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in": 60}"#;
    let pushed = answer(201, body).ok().unwrap();
    assert_eq!(pushed.expires_in, Seconds(60));
    assert_eq!(
        url(&metadata(""), "s6BhdRkqt3", &pushed).unwrap(),
        "https://as.example.com/authorize?client_id=s6BhdRkqt3&request_uri=\
         urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6esc_11ACC5bwc014ltc14eY22c"
    );
    assert!(answer(200, body).is_ok());
}

#[test]
fn a_signed_request_is_pushed_alone() {
    let request = signed_request(&metadata(ENDPOINT), "app", "h.c.s").unwrap();
    assert_eq!(request.body, "client_id=app&request=h.c.s");
}

#[test]
fn a_server_may_have_no_endpoint_or_insist_on_it() {
    let error = signed_request(&metadata(""), "app", "h.c.s").map(|_| ()).unwrap_err();
    assert_eq!(error, Error::at(Code::DiscoveryInvalid, "pushed_authorization_request_endpoint"));
    assert_eq!(is_required(&metadata(r#","require_pushed_authorization_requests":true"#)), Ok(true));
    assert_eq!(is_required(&metadata("")), Ok(false));
}

#[test]
fn refuses_bad_answers_by_name() {
    for (body, at) in [
        (r#"{"expires_in":60}"#, "request_uri"),
        (r#"{"request_uri":"","expires_in":60}"#, "request_uri"),
        (r#"{"request_uri":"a b","expires_in":60}"#, "request_uri"),
        (r#"{"request_uri":["a"],"expires_in":60}"#, "request_uri"),
        (r#"{"request_uri":"urn:x"}"#, "expires_in"),
        (r#"{"request_uri":"urn:x","expires_in":0}"#, "expires_in"),
        (r#"{"request_uri":"urn:x","expires_in":"60"}"#, "expires_in"),
        (r#"{"request_uri":"urn:x","expires_in":-1}"#, "expires_in"),
    ] {
        let failure = answer(201, body).map(|_| ()).unwrap_err();
        assert_eq!(failure.error, Error::at(Code::ResponseInvalid, at), "{body}");
        assert_eq!(failure.status, Some(201));
    }
    let long = format!(r#"{{"request_uri":"{}","expires_in":60}}"#, "x".repeat(MAX_URI + 1));
    assert!(answer(201, &long).is_err());
    assert_eq!(
        answer(201, r#"{"request_uri":"urn:x","expires_in":1e9}"#).ok().unwrap().expires_in,
        MAX_LIFETIME
    );
    for (status, body, code) in [
        (400, r#"{"error":"invalid_request"}"#, Code::OauthError),
        (201, r#"{"error":"invalid_request"}"#, Code::OauthError),
        (413, "", Code::ResponseInvalid),
        (429, "", Code::ServerRateLimited),
        (302, r#"{"request_uri":"urn:x","expires_in":60}"#, Code::ResponseInvalid),
    ] {
        assert_eq!(answer(status, body).map(|_| ()).unwrap_err().error.code, code, "{status}");
    }
}
