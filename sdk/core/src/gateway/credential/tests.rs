use super::*;

fn request(url: &str, headers: &[(&str, &str)]) -> Incoming {
    Incoming::new(
        "GET".into(),
        url.into(),
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())),
    )
}

fn everywhere() -> Sources {
    Sources {
        headers: ["x-assertion".into()].into(),
        cookies: ["token".into()].into(),
        session: Some("session".into()),
        websocket: true,
        query: Some("access_token".into()),
        dpop: true,
    }
}

fn take(headers: &[(&str, &str)]) -> Result<Option<(Kind, String)>, Code> {
    taken(&everywhere(), &request("https://a.example/", headers), &[])
}

fn taken(sources: &Sources, request: &Incoming, kinds: &[Kind]) -> Result<Option<(Kind, String)>, Code> {
    let taken = sources.take(request, kinds).map_err(|error| error.code)?;
    Ok(taken.map(|credential| (credential.kind, credential.token.into_owned())))
}

fn found(kind: Kind, token: &str) -> Result<Option<(Kind, String)>, Code> {
    Ok(Some((kind, token.into())))
}

const MALFORMED: Result<Option<(Kind, String)>, Code> = Err(Code::CredentialMalformed);
const AMBIGUOUS: Result<Option<(Kind, String)>, Code> = Err(Code::CredentialAmbiguous);

#[test]
fn takes_one_token_after_the_scheme() {
    for value in ["Bearer a.b-c_d~e+f/g==", "bearer a.b-c_d~e+f/g==", "BEARER   a.b-c_d~e+f/g=="] {
        assert_eq!(take(&[("authorization", value)]), found(Kind::Bearer, "a.b-c_d~e+f/g=="), "{value}");
    }
    assert_eq!(take(&[("authorization", "dpop a.b.c")]), found(Kind::Dpop, "a.b.c"));
}

#[test]
fn another_scheme_is_no_credential() {
    assert_eq!(take(&[]), Ok(None));
    for value in ["", "Basic YTpi", "Bearerx a", "a.b.c"] {
        assert_eq!(take(&[("authorization", value)]), Ok(None), "{value}");
    }
}

#[test]
fn a_malformed_credential_is_refused() {
    let odd = [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer a, Bearer b",
        "Bearer \ta",
        "Bearer a\t",
        "Bearer =",
        "Bearer a=b",
        "Bearer \"a\"",
        "Bearer ä",
        "Bearer a ",
        "DPoP",
        "DPoP a b",
    ];
    for value in odd {
        assert_eq!(take(&[("authorization", value)]), MALFORMED, "{value}");
    }
    assert_eq!(take(&[("authorization", "Bearer a"), ("authorization", "Bearer a")]), MALFORMED);
}

#[test]
fn more_than_one_credential_is_refused() {
    let pairs = [
        [("authorization", "Bearer a"), ("cookie", "token=b")],
        [("authorization", "DPoP a"), ("x-assertion", "b")],
        [("cookie", "token=a; session=b"), ("accept", "x")],
        [("x-assertion", "a"), ("cookie", "session=b")],
    ];
    for pair in pairs {
        assert_eq!(take(&pair), AMBIGUOUS, "{pair:?}");
    }
    let both = request("https://a.example/?access_token=a", &[("authorization", "Bearer b")]);
    assert_eq!(taken(&everywhere(), &both, &[]), AMBIGUOUS);
}

#[test]
fn what_a_route_does_not_choose_from_is_no_credential() {
    let both = request("https://a.example/", &[("authorization", "Bearer a"), ("cookie", "token=b")]);
    assert_eq!(taken(&everywhere(), &both, &[Kind::Bearer]), found(Kind::Bearer, "a"));
    assert_eq!(taken(&everywhere(), &both, &[Kind::Cookie]), found(Kind::Cookie, "b"));
    assert_eq!(taken(&everywhere(), &both, &[Kind::Query]), Ok(None));
}

#[test]
fn what_is_not_configured_is_not_looked_for() {
    let request = request(
        "https://a.example/?access_token=a",
        &[
            ("cookie", "token=b"),
            ("x-assertion", "c"),
            ("upgrade", "websocket"),
            ("sec-websocket-protocol", "edgeward.bearer.d"),
        ],
    );
    assert_eq!(taken(&Sources::default(), &request, &[]), Ok(None));
}

#[test]
fn the_harder_cookie_name_goes_first() {
    let header = "token=plain; __Secure-token=secure; __Host-token=host";
    assert_eq!(take(&[("cookie", header)]), found(Kind::Cookie, "host"));
    assert_eq!(take(&[("cookie", "token=plain; __Secure-token=secure")]), found(Kind::Cookie, "secure"));
    assert_eq!(take(&[("cookie", "a=1;token=plain")]), found(Kind::Cookie, "plain"));
    for other in ["", "tokens=a", "TOKEN=a", "__host-token=a", "token", "x-token=a"] {
        assert_eq!(take(&[("cookie", other)]), Ok(None), "{other}");
    }
}

#[test]
fn a_cookie_that_stands_twice_is_refused() {
    assert_eq!(take(&[("cookie", "token=a; token=b")]), MALFORMED);
    assert_eq!(take(&[("cookie", "token=a"), ("cookie", "token=a")]), MALFORMED);
    assert_eq!(take(&[("cookie", "token=")]), MALFORMED);
    assert_eq!(take(&[("cookie", "session=a; session=b")]), MALFORMED);
}

#[test]
fn a_websocket_offers_its_token_as_a_subprotocol() {
    let offer = |upgrade, list| take(&[("upgrade", upgrade), ("sec-websocket-protocol", list)]);
    assert_eq!(offer("WebSocket", "chat, edgeward.bearer.a.b.c"), found(Kind::WebSocket, "a.b.c"));
    assert_eq!(offer("h2c", "edgeward.bearer.a"), Ok(None));
    assert_eq!(offer("websocket", "chat"), Ok(None));
    assert_eq!(offer("websocket", "edgeward.bearer."), MALFORMED);
    assert_eq!(offer("websocket", "edgeward.bearer.a, edgeward.bearer.b"), MALFORMED);
}

#[test]
fn a_query_parameter_is_read_only_under_its_name() {
    let ask = |url: &str| taken(&everywhere(), &request(url, &[]), &[]);
    assert_eq!(ask("https://a.example/?x=1&access_token=a.b.c#f"), found(Kind::Query, "a.b.c"));
    assert_eq!(ask("https://a.example/?access%5ftoken=a%2Eb"), found(Kind::Query, "a.b"));
    assert_eq!(ask("https://a.example/?token=a"), Ok(None));
    for odd in ["access_token=", "access_token=a&access_token=b", "access_token=a+b", "access_token=%00"] {
        assert_eq!(ask(&["https://a.example/?", odd].concat()), MALFORMED, "{odd}");
    }
}

#[test]
fn kinds_have_names() {
    assert!(Kind::ALL.iter().all(|kind| Kind::named(kind.as_str()) == Some(*kind)));
    assert_eq!(Kind::named("Bearer"), None);
}
