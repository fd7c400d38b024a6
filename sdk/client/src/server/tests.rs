use edgeward_core::{
    json::{self, Map, Value, object},
    oauth::token::TokenType,
    session::{Access, Grant, Record, Target},
    time::{Seconds, UnixMillis},
};

use super::{Server, access::return_to};

mod elsewhere;

const NOW: i64 = 1_800_000_000_000;
const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn server_with(change: impl Fn(String) -> String) -> Server {
    let options = r#"{"issuer":"https://id.example","clientId":"web","redirectUri":"https://app.example/callback",
        "cookies":{"secret":"0123456789abcdef0123456789abcdef"}}"#;
    Server::new(&change(options.to_owned()))
}

fn server() -> Server {
    server_with(|options| options)
}

fn ask(server: &Server, question: &str) -> Result<Value, String> {
    let answer = json::parse(server.decide(question).as_bytes()).unwrap();
    match (answer.get("ok"), answer.get("error")) {
        (Some(ok), None) => Ok(ok.clone()),
        (None, Some(error)) => Err(error.get("code").unwrap().as_str().unwrap().to_owned()),
        _ => panic!("neither or both"),
    }
}

/// A request's `open`, as `method target {headers}`.
fn open(method: &str, target: &str, headers: &str) -> Value {
    ask(
        &server(),
        &format!(
            r#"{{"type":"open","now":{NOW},"method":"{method}","target":"{target}","headers":{{{headers}}}}}"#
        ),
    )
    .unwrap()
}

fn random(count: u8) -> String {
    let bytes: Vec<u8> = (0..count).flat_map(|at| [at; 24]).collect();
    edgeward_core::base64url::encode(&bytes)
}

fn keep(server: &Server, cookie: &str, rest: &str, now: i64) -> Result<Value, String> {
    ask(
        server,
        &format!(r#"{{"type":"keep","now":{now},"cookie":"{cookie}","random":"{}",{rest}}}"#, random(8)),
    )
}

fn cookie_of(kept: &Value) -> String {
    kept.get("cookie").unwrap().as_str().unwrap().to_owned()
}

fn session_of(server: &Server, cookie: &str) -> Value {
    let question = format!(
        r#"{{"type":"open","now":{NOW},"method":"GET","target":"/","headers":{{"cookie":"{cookie}"}}}}"#
    );
    ask(server, &question).unwrap()
}

#[test]
fn only_the_site_itself_may_use_its_cookies() {
    let own = r#""origin":"https://app.example""#;
    let foreign = r#""origin":"https://evil.example""#;
    let null = r#""origin":"null""#;
    let navigation = r#""sec-fetch-site":"cross-site","sec-fetch-mode":"navigate""#;
    let image = r#""sec-fetch-site":"same-site","sec-fetch-mode":"no-cors""#;
    let cors = r#""sec-fetch-site":"cross-site","sec-fetch-mode":"cors""#;
    let same = r#""sec-fetch-site":"same-origin","sec-fetch-mode":"cors""#;
    for (method, headers, expected) in [
        ("GET", "", true),
        ("HEAD", "", true),
        ("GET", own, true),
        ("POST", own, true),
        ("GET", foreign, false),
        ("POST", foreign, false),
        ("OPTIONS", foreign, false),
        ("GET", null, false),
        ("POST", null, false),
        ("POST", "", false),
        ("DELETE", "", false),
        ("OPTIONS", "", false),
        ("GET", navigation, true),
        ("POST", navigation, false),
        ("GET", image, false),
        ("GET", cors, false),
        ("GET", same, true),
        ("POST", same, true),
        (
            "GET",
            r#""origin":"https://app.example","sec-fetch-site":"cross-site","sec-fetch-mode":"cors""#,
            false,
        ),
        ("GET", r#""origin":"http://app.example""#, false),
        ("GET", r#""origin":"https://app.example:8443""#, false),
        ("GET", r#""origin":"https://app.example, https://app.example""#, false),
    ] {
        let own = open(method, "/", headers).get("own").cloned();
        assert_eq!(own, Some(Value::Bool(expected)), "{method} {headers}");
    }
}

#[test]
fn behind_a_proxy_the_registered_address_counts() {
    let server = server_with(|options| {
        options.replace("\"cookies\"", "\"origins\":[\"https://www.app.example\"],\"cookies\"")
    });
    for (origin, own) in
        [("https://app.example", true), ("https://www.app.example", true), ("http://127.0.0.1", false)]
    {
        let question = format!(
            r#"{{"type":"open","now":{NOW},"method":"POST","target":"/","headers":{{"origin":"{origin}"}}}}"#
        );
        assert_eq!(ask(&server, &question).unwrap().get("own"), Some(&Value::Bool(own)), "{origin}");
    }
}

#[test]
fn a_session_is_kept_and_found_again_by_its_own_server_only() {
    let kept = keep(&server(), "", r#""session":{"id":"a","count":1,"key":"k","record":"r"}"#, NOW).unwrap();
    let cookie = cookie_of(&kept);
    assert!(cookie.starts_with("__Host-edgeward=AQ"));
    let opened = session_of(&server(), &cookie);
    assert_eq!(opened.get("session").unwrap().get("record").unwrap(), "r");
    assert_eq!(opened.get("session").unwrap().as_object().unwrap().len(), 4, "issuer and client stay inside");
    assert_eq!(opened.get("unreadable"), Some(&Value::Bool(false)));
    for (from, to) in [
        ("https://id.example", "https://other.example"),
        ("\"web\"", "\"other\""),
        ("0123456789abcdef0123456789abcdef", "another secret that is long enough"),
        ("\"cookies\"", "\"stored\":true,\"cookies\""),
    ] {
        let other = server_with(|options| options.replace(from, to));
        let opened = session_of(&other, &cookie);
        assert_eq!(opened.get("session"), Some(&Value::Null), "{to}");
        assert_eq!(opened.get("unreadable"), Some(&Value::Bool(true)), "it is to be cleared: {to}");
    }
    let moved = server_with(|options| {
        options.replace(
            "https://id.example\"",
            "https://new.example\",\"issuerAliases\":[\"https://id.example\"]",
        )
    });
    assert!(session_of(&moved, &cookie).get("session").unwrap().as_object().is_some());
}

#[test]
fn a_request_of_another_site_brings_no_session() {
    let cookie = cookie_of(&keep(&server(), "", r#""session":{"id":"a"}"#, NOW).unwrap());
    let opened = open("GET", "/", &format!(r#""cookie":"{cookie}","origin":"https://evil.example""#));
    assert_eq!(opened.get("session"), None);
    assert_eq!(opened.get("unreadable"), None, "and nothing of it is cleared");
}

#[test]
fn a_session_is_cleared_with_all_its_chunks() {
    let record = "r".repeat(6_000);
    let kept = keep(&server(), "a=1", &format!(r#""session":{{"record":"{record}"}}"#), NOW).unwrap();
    let cleared = keep(&server(), &cookie_of(&kept), r#""session":null"#, NOW).unwrap();
    assert_eq!(cookie_of(&cleared), "a=1");
    assert_eq!(cleared.get("lines").unwrap().as_array().unwrap().len(), 4);
    let record = "r".repeat(20_000);
    let refused = keep(&server(), "", &format!(r#""session":{{"record":"{record}"}}"#), NOW);
    assert_eq!(refused.unwrap_err(), "session_too_large");
}

fn transaction(name: char) -> String {
    format!("edgeward:transaction:{}", name.to_string().repeat(43))
}

fn begin(cookie: &str, name: char, now: i64) -> String {
    let change = format!(r#""transactions":[{{"key":"{}","text":"t"}}]"#, transaction(name));
    cookie_of(&keep(&server(), cookie, &change, now).unwrap())
}

#[test]
fn a_code_is_only_for_a_page_whose_browser_began_the_sign_in() {
    let mine = begin("", 'A', NOW);
    let query = format!("?code=c&state={STATE}");
    let html = r#""accept":"text/html,application/xhtml+xml;q=0.9""#;
    for (name, method, target, headers, expected) in [
        ("the page", "GET", format!("/callback{query}"), html.to_owned(), true),
        ("a refusal", "GET", format!("/callback?error=access_denied&state={STATE}"), html.to_owned(), true),
        ("a script", "GET", format!("/callback{query}"), r#""accept":"application/json""#.to_owned(), false),
        ("anything goes", "GET", format!("/callback{query}"), r#""accept":"*/*""#.to_owned(), false),
        ("a HEAD", "HEAD", format!("/callback{query}"), html.to_owned(), false),
        (
            "a prefetch",
            "GET",
            format!("/callback{query}"),
            format!(r#"{html},"sec-purpose":"prefetch;prerender""#),
            false,
        ),
        ("another page", "GET", format!("/elsewhere{query}"), html.to_owned(), false),
        ("the application's own code", "GET", "/callback?code=c".to_owned(), html.to_owned(), false),
        (
            "somebody else's state",
            "GET",
            format!("/callback?code=c&state={}", STATE.replace('A', "B")),
            html.to_owned(),
            false,
        ),
    ] {
        let opened = open(method, &target, &format!(r#"{headers},"cookie":"{mine}""#));
        assert_eq!(opened.get("callback"), Some(&Value::Bool(expected)), "{name}");
    }
    let without = open("GET", &format!("/callback{query}"), html);
    assert_eq!(without.get("callback"), Some(&Value::Bool(false)), "another browser");
}

#[test]
fn sign_ins_under_way_are_few_and_end_after_ten_minutes() {
    let mut cookie = String::new();
    for (at, name) in ['A', 'B', 'C', 'D', 'E', 'F'].into_iter().enumerate() {
        cookie = begin(&cookie, name, NOW + i64::try_from(at).unwrap() * 1000);
    }
    let keys = |now: i64| -> Vec<String> {
        let question = format!(
            r#"{{"type":"open","now":{now},"method":"GET","target":"/","headers":{{"cookie":"{cookie}"}}}}"#
        );
        let opened = ask(&server(), &question).unwrap();
        let found = opened.get("transactions").unwrap().as_array().unwrap().clone();
        found.iter().map(|one| one.get("key").unwrap().as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(NOW), ['C', 'D', 'E', 'F'].map(transaction));
    assert_eq!(keys(NOW + 604_000), ['E', 'F'].map(transaction));
    assert!(keys(NOW + 700_000).is_empty());
    assert_eq!(cookie.matches("__Host-edgeward.t-").count(), 4);
}

#[test]
fn a_sign_in_is_forgotten_by_its_key_and_keys_cannot_name_other_cookies() {
    let both = begin(&begin("", 'A', NOW), 'B', NOW);
    let change = format!(r#""transactions":[{{"key":"{}","text":null}}]"#, transaction('A'));
    let kept = keep(&server(), &both, &change, NOW).unwrap();
    assert!(!cookie_of(&kept).contains("t-AAAA") && cookie_of(&kept).contains("t-BBBB"));
    for key in ["", "short", "edgeward;x=aaaaaaaaaaaaaa", "ääääääääääääääääääää"] {
        let change = format!(r#""transactions":[{{"key":"{key}","text":"t"}}]"#);
        assert_eq!(keep(&server(), "", &change, NOW).unwrap_err(), "invalid_parameters", "{key}");
    }
}

#[test]
fn random_bytes_are_never_used_twice() {
    let change =
        format!(r#""session":{{"id":"a"}},"transactions":[{{"key":"{}","text":"t"}}]"#, transaction('A'));
    let question = format!(r#"{{"type":"keep","now":{NOW},"cookie":"","random":"{}",{change}}}"#, random(1));
    assert_eq!(ask(&server(), &question).unwrap_err(), "invalid_parameters");
}

/// A record whose token came `ago` seconds ago and lives for `lifetime`.
fn record(refresh_token: Option<&str>, lifetime: Option<u32>, ago: i64) -> String {
    let access = Access {
        target: Target::default(),
        token: "at".into(),
        token_type: TokenType::Bearer,
        expires_in: lifetime.map(Seconds),
        received_at: UnixMillis(NOW - ago * 1000),
        scope: "openid".into(),
    };
    let grant = Grant {
        refresh_token: refresh_token.map(str::to_owned),
        id_token: None,
        claims: Map::new(),
        subject: Some("ada".into()),
        scope: "openid".into(),
        access: vec![access],
        key: None,
        skew: None,
    };
    Record { generation: 1, grant: Some(grant.into()), ..Record::default() }.to_text()
}

fn judged(record: &str) -> (String, i64, i64) {
    let question = object(vec![("type", "judge".into()), ("now", NOW.into()), ("record", record.into())]);
    let answer = ask(&server(), &question.to_text()).unwrap();
    let number = |name: &str| answer.get(name).unwrap().as_i64().unwrap();
    (answer.get("verdict").unwrap().as_str().unwrap().to_owned(), number("validity"), number("keep"))
}

#[test]
fn a_session_is_refreshed_shortly_before_its_token_ends() {
    // The threshold is min(60 s, max(10 s, lifetime/10)), and the bound itself is due.
    for (lifetime, ago, expected) in [
        (Some(3600), 3539, ("fresh", 60, 1000)),
        (Some(3600), 3540, ("due", 60, 0)),
        (Some(300), 269, ("fresh", 30, 1000)),
        (Some(300), 270, ("due", 30, 0)),
        (Some(60), 49, ("fresh", 10, 1000)),
        (Some(60), 50, ("due", 10, 0)),
        (Some(5), 0, ("due", 10, 0)),
        (Some(86400), 86_339, ("fresh", 60, 1000)),
        (None, 1_000_000, ("fresh", 0, 0)),
        (Some(300), 1_000, ("due", 30, 0)),
    ] {
        let (verdict, validity, keep) = judged(&record(Some("rt"), lifetime, ago));
        assert_eq!((verdict.as_str(), validity, keep), expected, "{lifetime:?} after {ago}");
    }
}

#[test]
fn without_a_refresh_token_a_session_is_used_to_its_end() {
    assert_eq!(judged(&record(None, Some(300), 299)).0, "fresh");
    assert_eq!(judged(&record(None, Some(300), 300)).0, "due", "and then the core says that it is over");
}

#[test]
fn what_is_no_refresh_token_is_cleared_however_fresh_the_access_token() {
    for token in ["dummy", " ", "a\u{7}b", "\u{e4}", "a\nb", "a\u{7f}"] {
        assert_eq!(judged(&record(Some(token), Some(300), 0)).0, "clear", "{token}");
    }
    for token in ["rt", "with space", "~!a|b"] {
        assert_eq!(judged(&record(Some(token), Some(300), 0)).0, "fresh", "{token}");
    }
}

#[test]
fn what_is_no_record_is_cleared_and_a_sign_out_is_remembered() {
    for odd in ["", "null", "{}", "[]", r#"{"generation":1}"#] {
        assert_eq!(judged(odd).0, "clear", "{odd}");
    }
    assert_eq!(judged(r#"{"generation":2,"signed_out":2}"#).0, "none");
}

#[test]
fn a_browser_is_told_of_a_new_generation_not_of_each_try() {
    let record = record(Some("rt"), Some(300), 0);
    let question = object(vec![("type", "judge".into()), ("now", NOW.into()), ("record", record.into())]);
    let judged = ask(&server(), &question.to_text()).unwrap();
    assert_eq!(judged.get("generation"), Some(&Value::from(1_u64)));
}

#[test]
fn the_route_refuses_what_is_not_for_it() {
    let own = r#""origin":"https://app.example","content-type":"application/json; charset=utf-8""#;
    let good = r#"{"action":"auth:signIn","args":{"refreshToken":true}}"#;
    let big = format!(r#"{{"action":"auth:signIn","args":{{"x":"{}"}}}}"#, "x".repeat(20_000));
    for (name, method, path, headers, body, expected) in [
        ("another path", "POST", "/api/other", own, good, 404),
        ("a path below", "POST", "/api/auth/", own, good, 404),
        ("another path comes before another method", "GET", "/x", own, good, 404),
        ("GET", "GET", "/api/auth", own, good, 405),
        ("PUT", "PUT", "/api/auth", own, good, 405),
        ("another method comes before another site", "GET", "/api/auth", "", good, 405),
        (
            "another site",
            "POST",
            "/api/auth",
            r#""origin":"https://evil.example","content-type":"application/json""#,
            good,
            403,
        ),
        ("no origin", "POST", "/api/auth", r#""content-type":"application/json""#, good, 403),
        (
            "a null origin",
            "POST",
            "/api/auth",
            r#""origin":"null","content-type":"application/json""#,
            good,
            403,
        ),
        (
            "a form",
            "POST",
            "/api/auth",
            r#""origin":"https://app.example","content-type":"text/plain""#,
            good,
            400,
        ),
        ("no type", "POST", "/api/auth", r#""origin":"https://app.example""#, good, 400),
        ("no JSON", "POST", "/api/auth", own, "{", 400),
        ("no object", "POST", "/api/auth", own, "[]", 400),
        ("no action", "POST", "/api/auth", own, "{}", 400),
        ("another action", "POST", "/api/auth", own, r#"{"action":"auth:other","args":{}}"#, 400),
        ("an action that is no text", "POST", "/api/auth", own, r#"{"action":1}"#, 400),
        ("arguments that are none", "POST", "/api/auth", own, r#"{"action":"auth:signOut","args":[]}"#, 400),
        (
            "a refresh token of its own",
            "POST",
            "/api/auth",
            own,
            r#"{"action":"auth:signIn","args":{"refreshToken":"rt"}}"#,
            400,
        ),
        ("another member", "POST", "/api/auth", own, r#"{"action":"auth:signOut","extra":1}"#, 400),
        (
            "the same member twice",
            "POST",
            "/api/auth",
            own,
            r#"{"action":"auth:signOut","action":"auth:signIn"}"#,
            400,
        ),
        ("too much", "POST", "/api/auth", own, big.as_str(), 400),
    ] {
        assert_eq!(
            proxied(method, path, headers, body).get("status"),
            Some(&Value::from(i64::from(expected))),
            "{name}"
        );
    }
}

fn proxied(method: &str, path: &str, headers: &str, body: &str) -> Value {
    let body = Value::from(body).to_text();
    let question = format!(
        r#"{{"type":"proxy","now":{NOW},"method":"{method}","target":"{path}","headers":{{{headers}}},"body":{body}}}"#
    );
    ask(&server(), &question).unwrap()
}

#[test]
fn the_route_reads_what_is_wanted() {
    let own = r#""origin":"https://app.example","content-type":"application/json""#;
    for (body, action) in [
        (r#"{"action":"auth:signIn","args":{"refreshToken":true,"forceRefresh":true}}"#, "session"),
        (r#"{"action":"auth:signIn","args":{"returnTo":"/a"}}"#, "signIn"),
        (r#"{"action":"auth:signIn"}"#, "signIn"),
        (r#"{"action":"auth:signOut","args":null}"#, "signOut"),
    ] {
        let read = proxied("POST", "/api/auth?x=1", own, body);
        assert_eq!(read.get("action").unwrap(), action, "{body}");
        assert!(read.get("args").unwrap().as_object().is_some());
    }
}

#[test]
fn a_sign_in_leads_back_to_a_page_of_the_site_only() {
    for path in ["/", "/a/b?c=d&e=%20", "/a//b"] {
        assert_eq!(return_to(path), path);
    }
    for path in [
        "",
        "a",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a b",
        "/a\n",
        "/\t/evil.example",
        "/ä",
    ] {
        assert_eq!(return_to(path), "/", "{path:?}");
    }
    assert_eq!(return_to(&format!("/{}", "a".repeat(3_000))), "/");
}

#[test]
fn wrong_options_are_named_in_every_answer() {
    for (from, to, at) in [
        ("https://app.example/callback", "http://app.example/callback", "redirectUri"),
        ("0123456789abcdef0123456789abcdef", "short", "cookies.secret"),
        ("{\"secret\"", "{\"name\":\"a b\",\"secret\"", "cookies.name"),
        ("{\"secret\"", "{\"maxAge\":-1,\"secret\"", "cookies.maxAge"),
        ("\"cookies\"", "\"origins\":[\"https://a.example/x\"],\"cookies\"", "origins"),
        ("\"cookies\"", "\"proxyPath\":\"api\",\"cookies\"", "proxyPath"),
        ("\"cookies\"", "\"biscuits\"", "cookies"),
        ("\"clientId\"", "\"client\"", "clientId"),
    ] {
        let answer = server_with(|options| options.replace(from, to)).decide(r#"{"type":"judge"}"#);
        assert!(
            answer.contains("config_invalid") && answer.contains(&format!("\"at\":\"{at}\"")),
            "{answer}"
        );
    }
}
