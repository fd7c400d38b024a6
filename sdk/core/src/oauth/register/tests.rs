use super::*;
use crate::{json, oauth::discovery};

fn metadata(members: &str) -> Metadata {
    let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
    let body = format!(r#"{{"issuer":"https://server.example.com"{members}}}"#);
    let answer = Response { status: 200, headers: vec![], body: body.into() };
    discovery::response(&issuer, &answer).unwrap().unwrap()
}

fn members(text: &str) -> Map {
    json::parse_object(text.as_bytes()).unwrap()
}

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: vec![("content-type".into(), "application/json".into())], body: body.into() }
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
}

const CLIENT: &str = r#"{"redirect_uris":["https://client.example.org/callback","https://client.example.org/callback2"],
    "client_name":"My Example Client","token_endpoint_auth_method":"client_secret_basic"}"#;

/// RFC 7591 §3.2.1, with the members of RFC 7592 §3.
const REGISTERED: &str = r#"{"client_id":"s6BhdRkqt3","client_secret":"cf136dc3c1fc93f31185e5885805d",
    "client_id_issued_at":2893256800,"client_secret_expires_at":2893276800,
    "redirect_uris":["https://client.example.org/callback","https://client.example.org/callback2"],
    "grant_types":["authorization_code","refresh_token"],"client_name":"My Example Client",
    "token_endpoint_auth_method":"client_secret_basic",
    "registration_access_token":"reg-23410913-abewfq.123483",
    "registration_client_uri":"https://server.example.com/register/s6BhdRkqt3"}"#;

fn registered(body: &str) -> Result<Registration, Failure> {
    response(&members(CLIENT), Reach::Public, &answer(201, body))
}

fn place(result: Result<Registration, Failure>) -> Error {
    result.map(|_| ()).unwrap_err().error
}

#[test]
fn registers_as_the_example_of_rfc_7591() {
    let endpoint = r#","registration_endpoint":"https://server.example.com/register""#;
    let token = Secret::new(b"ey23f2.adfj230.af32-developer321".to_vec());
    let request = request(&metadata(endpoint), &members(CLIENT), Some(&token)).unwrap();
    assert_eq!((request.method, request.url.as_str()), (Method::Post, "https://server.example.com/register"));
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(header(&request, "authorization"), Some("Bearer ey23f2.adfj230.af32-developer321"));
    assert_eq!(json::parse_object(request.body.as_bytes()).unwrap(), members(CLIENT));

    let registration = registered(REGISTERED).unwrap();
    assert_eq!(registration.client_id, "s6BhdRkqt3");
    assert_eq!(registration.secret_expires, Some(UnixSeconds(2_893_276_800)));
    assert!(registration.is_current(UnixSeconds(2_893_276_799)));
    assert!(!registration.is_current(UnixSeconds(2_893_276_800)));
    assert!(matches!(registration.authentication(), Some(ClientAuthentication::SecretBasic(_))));
    let printed = format!("{registration:?}");
    assert!(!printed.contains("cf136") && !printed.contains("reg-2341"), "{printed}");
    assert!(response(&members(CLIENT), Reach::Public, &answer(200, REGISTERED)).is_ok());
}

#[test]
fn what_is_stored_is_taken_back() {
    let stored = registered(REGISTERED).unwrap();
    let again = Registration::read(members(stored.expose()), Reach::Public).unwrap();
    assert_eq!((again.client_id, again.secret), (stored.client_id, stored.secret));
    assert!(again.management.is_some());
}

#[test]
fn a_server_may_register_nobody_and_no_address_that_harms() {
    let error = request(&metadata(""), &members(CLIENT), None).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::at(Code::DiscoveryInvalid, "registration_endpoint"));
    let endpoint = r#","registration_endpoint":"https://server.example.com/register""#;
    let harmful = members(r#"{"redirect_uris":["javascript:alert(1)"]}"#);
    let error = request(&metadata(endpoint), &harmful, None).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::at(Code::ClientMetadataInvalid, "redirect_uris"));
}

#[test]
fn refuses_bad_answers_by_name() {
    for (from, to, at) in [
        ("\"client_id\"", "\"x\"", "client_id"),
        ("\"s6BhdRkqt3\"", "7", "client_id"),
        ("\"s6BhdRkqt3\"", "\"a b\"", "client_id"),
        ("\"s6BhdRkqt3\"", "\"\"", "client_id"),
        ("\"client_secret\"", "\"x\"", "client_secret"),
        ("cf136dc3", "cf136\\r\\ndc3", "client_secret"),
        ("2893276800", "\"never\"", "client_secret_expires_at"),
        ("https://server.example.com/register/", "http://server.example.com/", "registration_client_uri"),
        ("https://server.example.com/register/", "https://10.0.0.1/", "registration_client_uri"),
        ("reg-23410913", "reg 23410913", "registration_access_token"),
        ("https://client.example.org/callback2", "https://evil.example/", "redirect_uris"),
        (r#""redirect_uris":["#, r#""redirect_uris":7,"x":["#, "redirect_uris"),
    ] {
        assert_eq!(place(registered(&REGISTERED.replace(from, to))), invalid(at), "{to}");
    }
    let refused = response(
        &members(CLIENT),
        Reach::Public,
        &answer(400, r#"{"error":"invalid_redirect_uri","error_description":"no"}"#),
    );
    assert_eq!(refused.map(|_| ()).unwrap_err().oauth.unwrap().error, "invalid_redirect_uri");
}

#[test]
fn a_public_client_needs_no_secret() {
    let body = REGISTERED.replace("client_secret_basic", "none").replace("\"client_secret\"", "\"x\"");
    let public = registered(&body).unwrap();
    assert!(matches!(public.authentication(), Some(ClientAuthentication::None)));
    assert!(public.secret.is_none());
    let signing = registered(&REGISTERED.replace("client_secret_basic", "private_key_jwt")).unwrap();
    assert!(signing.authentication().is_none());
    let never = registered(&REGISTERED.replace("2893276800", "0")).unwrap();
    assert!(never.secret_expires.is_none() && never.is_current(UnixSeconds(i64::MAX)));
}

#[test]
fn a_registration_is_looked_after_with_its_own_token() {
    let registration = registered(REGISTERED).unwrap();
    let address = "https://server.example.com/register/s6BhdRkqt3";
    let bearer = Some("Bearer reg-23410913-abewfq.123483");
    let read = registration.read_request().unwrap();
    assert_eq!((read.method.as_str(), read.url.as_str(), read.body.as_str()), ("GET", address, ""));
    assert_eq!(header(&read, "authorization"), bearer);
    let delete = registration.delete_request().unwrap();
    assert_eq!((delete.method.as_str(), header(&delete, "authorization")), ("DELETE", bearer));
    let update = registration.update_request(&members(REGISTERED)).unwrap();
    assert_eq!((update.method.as_str(), header(&update, "authorization")), ("PUT", bearer));
    let sent = members(&update.body);
    assert_eq!(sent.get("client_id").unwrap(), &"s6BhdRkqt3");
    assert!(OF_SERVER.iter().all(|name| !sent.contains_key(name)));
    let fixed = registered(&REGISTERED.replace("registration_client_uri", "x")).unwrap();
    assert!(fixed.read_request().is_none() && fixed.update_request(&Map::new()).is_none());
}

#[test]
fn what_is_renewed_replaces_what_was() {
    let registration = registered(REGISTERED).unwrap();
    let renew = |status, body: &str| registration.renewed(Reach::Public, &answer(status, body));
    let next = renew(200, &REGISTERED.replace("reg-23410913", "reg-2")).unwrap();
    assert_eq!(next.management.unwrap().token.expose(), b"reg-2-abewfq.123483");
    let kept = renew(200, &REGISTERED.replace("registration_access_token", "x")).unwrap();
    assert_eq!(kept.management.unwrap().token.expose(), b"reg-23410913-abewfq.123483");
    assert_eq!(place(renew(200, &REGISTERED.replace("\"s6BhdRkqt3\"", "\"other\""))), invalid("client_id"));
    assert_eq!(place(renew(201, REGISTERED)), invalid("status"));
    assert_eq!(place(renew(401, "{}")), invalid("status"));
}

#[test]
fn an_end_has_no_content() {
    assert!(deleted(&Response { status: 204, headers: vec![], body: vec![] }).is_ok());
    assert!(deleted(&answer(200, "{}")).is_err());
    assert_eq!(deleted(&answer(503, "")).unwrap_err().error.code, Code::ServerUnavailable);
}
