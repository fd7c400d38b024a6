use super::*;
use crate::{
    http::{Reach, Response},
    oauth::{discovery, form},
    time::UnixSeconds,
};

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

fn metadata(members: &str) -> Metadata {
    let issuer = discovery::Issuer::parse("https://a.example", Reach::Public).unwrap();
    let body = format!(
        r#"{{"issuer":"https://a.example","authorization_endpoint":"https://a.example/auth?tenant=1"{members}}}"#
    );
    let answer = Response { status: 200, headers: vec![], body: body.into() };
    discovery::response(&issuer, &answer).unwrap().unwrap()
}

fn transaction() -> Transaction {
    let target = Target {
        issuer: "https://a.example".into(),
        redirect_uri: "https://app.example/cb".into(),
        scope: "openid email".into(),
        resources: vec!["https://api.example".into(), "https://b.example".into()],
    };
    let mut random = [0; 96];
    random.iter_mut().zip(0..).for_each(|(byte, i)| *byte = i);
    Transaction::begin(target, &random, NOW)
}

fn callback(query: &str) -> Callback {
    Callback::read(&query.replace("STATE", &transaction().state)).unwrap()
}

#[test]
fn state_nonce_and_verifier_differ() {
    let t = transaction();
    assert!(is_state(&t.state) && is_state(&t.nonce));
    assert!(t.state != t.nonce && t.nonce != t.verifier.expose() && t.state != t.verifier.expose());
}

#[test]
fn builds_the_request() {
    let wishes = Wishes {
        prompt: Some("login".into()),
        login_hint: Some("ada@a.example".into()),
        max_age: Some(Seconds(60)),
        extra: vec![("ui_locales".into(), "de".into())],
    };
    let start = transaction();
    let url = url(&metadata(""), "spa", &start, &wishes).unwrap();
    let (endpoint, query) = url.split_once('?').unwrap();
    assert_eq!(endpoint, "https://a.example/auth");
    let challenge = start.verifier.challenge();
    let expected = [
        ("tenant", "1"),
        ("client_id", "spa"),
        ("response_type", "code"),
        ("redirect_uri", "https://app.example/cb"),
        ("scope", "openid email"),
        ("state", &start.state),
        ("nonce", &start.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("resource", "https://api.example"),
        ("resource", "https://b.example"),
        ("prompt", "login"),
        ("login_hint", "ada@a.example"),
        ("max_age", "60"),
        ("ui_locales", "de"),
    ];
    assert_eq!(form::decode(query), expected.map(|(name, value)| (name.into(), value.into())));
}

#[test]
fn an_answer_may_be_posted_or_signed() {
    let made = |mode: &str| {
        let extra = vec![("response_mode".into(), mode.into())];
        url(&metadata(""), "spa", &transaction(), &Wishes { extra, ..Wishes::default() })
    };
    for mode in ["form_post", "jwt", "query.jwt", "form_post.jwt"] {
        assert!(made(mode).unwrap().ends_with(&format!("&response_mode={mode}")));
    }
    for mode in ["fragment", "fragment.jwt", "query", "web_message", ""] {
        assert!(made(mode).is_err(), "{mode}");
    }
}

#[test]
fn extra_parameters_cannot_replace_those_of_the_flow() {
    for name in OWN_PARAMETERS {
        let wishes = Wishes { extra: vec![(name.into(), "x".into())], ..Wishes::default() };
        let error = url(&metadata(""), "spa", &transaction(), &wishes).unwrap_err();
        assert_eq!(error, Error::at(Code::InvalidParameters, "extraParameters"), "{name}");
    }
}

#[test]
fn a_transaction_survives_storage() {
    let mut stored = transaction();
    stored.max_age = Some(Seconds(5));
    stored.app_state = Some(crate::json::parse(br#"{"returnTo":"/a?b=c","n":[1,null]}"#).unwrap());
    assert!(Transaction::from_json(&stored.written().finish()).unwrap() == stored);
    assert!(Transaction::from_json(&transaction().written().finish()).unwrap() == transaction());
    for bad in [
        "",
        "{}",
        "[]",
        r#"{"state":1}"#,
        &stored.written().finish().replace("\"max_age\":5", "\"max_age\":-5"),
    ] {
        assert!(Transaction::from_json(bad).is_err(), "{bad}");
    }
}

#[test]
fn foreign_parameters_are_not_a_callback() {
    for query in ["", "code=x", "state=x", "error=x", "a=b&code=1", "page=2"] {
        assert!(Callback::read(query).is_none(), "{query}");
    }
    assert!(!is_state("xyz") && !is_state(&"é".repeat(43)) && !is_state(&format!("{}.", "a".repeat(42))));
}

#[test]
fn a_good_callback_gives_its_code() {
    let callback = callback("code=c%2B1&state=STATE&iss=https%3A%2F%2Fa.example&page=2");
    assert_eq!(callback.state(), transaction().state);
    callback.check(&transaction(), NOW).unwrap();
    assert_eq!(callback.code(&metadata("")).unwrap(), "c+1");
}

#[test]
fn the_issuer_must_be_the_one_that_was_asked() {
    let mixed_up = callback("code=c&state=STATE&iss=https%3A%2F%2Fevil.example");
    assert_eq!(mixed_up.check(&transaction(), NOW).unwrap_err().code, Code::CallbackIssuerMismatch);
    let stripped = callback("code=c&state=STATE");
    stripped.check(&transaction(), NOW).unwrap();
    assert!(stripped.code(&metadata("")).is_ok());
    let promised = metadata(r#","authorization_response_iss_parameter_supported":true"#);
    assert_eq!(stripped.code(&promised).unwrap_err().error.code, Code::CallbackIssuerMismatch);
    // An error is an answer too: a forged one must not end the real sign-in.
    let error = callback("error=access_denied&state=STATE");
    assert_eq!(error.code(&promised).unwrap_err().error.code, Code::CallbackIssuerMismatch);
}

#[test]
fn a_callback_is_good_for_ten_minutes() {
    let callback = callback("code=c&state=STATE");
    let at = |seconds| callback.check(&transaction(), UnixSeconds(NOW.0 + seconds));
    assert!(at(600).is_ok());
    assert_eq!(at(601), Err(Code::CallbackExpired.into()));
    assert_eq!(at(-601), Err(Code::CallbackExpired.into()));
}

#[test]
fn refuses_repeated_parameters_and_another_state() {
    for query in [
        "code=a&code=b&state=STATE",
        "code=a&state=STATE&state=x",
        "code=a&state=STATE&iss=a&iss=b",
        "code=a&state=x",
    ] {
        assert_eq!(
            callback(query).check(&transaction(), NOW).unwrap_err().code,
            Code::CallbackInvalid,
            "{query}"
        );
    }
    let empty = callback("code=&state=STATE");
    assert_eq!(empty.code(&metadata("")).unwrap_err().error.code, Code::CallbackInvalid);
}

#[test]
fn an_error_answer_is_typed() {
    let refused = callback("error=access_denied&error_description=No%20thanks&state=STATE&code=x");
    let failure = refused.code(&metadata("")).unwrap_err();
    assert_eq!(failure.error.code, Code::AccessDenied);
    assert_eq!(failure.oauth.unwrap().description.as_deref(), Some("No thanks"));
    let other = callback("error=login_required&state=STATE").code(&metadata("")).unwrap_err();
    assert_eq!((other.error.code, other.oauth.unwrap().error.as_str()), (Code::OauthError, "login_required"));
}

#[test]
fn only_the_parameters_of_the_response_leave_the_address() {
    assert_eq!(Callback::rest_of("a=%7e&code=1&state=2&iss=3&b=&c"), "a=%7e&b=&c");
    assert_eq!(Callback::rest_of("code=1&state=2"), "");
    assert_eq!(Callback::rest_of("%63ode=1&page=2"), "page=2");
}
