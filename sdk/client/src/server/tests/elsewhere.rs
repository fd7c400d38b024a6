//! What comes from other sites: answers that they post, and sessions that the issuer ends.

use super::*;

/// What a POST to the callback with this cookie and this form opens.
fn post(server: &Server, cookie: &str, body: &str, headers: &str) -> Value {
    let question = format!(
        r#"{{"type":"open","now":{NOW},"method":"POST","target":"/callback","body":"{body}","headers":{{"cookie":"{cookie}","accept":"text/html",{headers}}}}}"#
    );
    ask(server, &question).unwrap()
}

#[test]
fn a_posted_answer_finds_its_sign_in_and_nothing_else_of_the_browser() {
    let posting =
        server_with(|options| options.replace("\"cookies\"", "\"responseMode\":\"form_post\",\"cookies\""));
    let key = format!("edgeward:https://id.example:web:transaction:{STATE}");
    let changes = format!(
        r#""session":{{"id":"a","count":1,"key":"k","record":"r"}},"transactions":[{{"key":"{key}","text":"t"}}]"#
    );
    let kept = keep(&posting, "", &changes, NOW).unwrap();
    let cookie = cookie_of(&kept);
    assert!(session_of(&posting, &cookie).get("session").unwrap().as_object().is_some());
    let form =
        r#""origin":"https://id.example","content-type":"application/x-www-form-urlencoded; charset=utf-8""#;
    let body = format!("code=c&state={STATE}");
    let opened = post(&posting, &cookie, &body, form);
    assert_eq!(opened.get("callback"), Some(&Value::Bool(true)));
    assert_eq!(opened.get("session"), Some(&Value::Null), "another site's page reads no session");
    assert_eq!(opened.get("unreadable"), Some(&Value::Bool(false)), "and clears none");
    for (server, body, headers) in [
        (&server(), body.as_str(), form.to_owned()),
        (&posting, "code=c&state=other", form.to_owned()),
        (&posting, body.as_str(), form.replace("urlencoded", "plain")),
        (&posting, body.as_str(), format!(r#"{form},"sec-fetch-mode":"no-cors""#)),
    ] {
        let opened = post(server, &cookie, body, &headers);
        assert_ne!(opened.get("callback"), Some(&Value::Bool(true)), "{body} {headers}");
    }
}

#[test]
fn a_session_that_the_issuer_has_ended_is_cleared() {
    let told = server_with(|options| {
        options.replace("\"cookies\"", "\"stored\":true,\"backChannelLogout\":true,\"cookies\"")
    });
    let mut record = Record::from_text(&record(Some("rt"), Some(300), 0)).unwrap();
    let grant = std::sync::Arc::make_mut(record.grant.as_mut().unwrap());
    grant.claims =
        json::parse_object(br#"{"iss":"https://id.example","sub":"ada","sid":"s","iat":1800000000}"#)
            .unwrap();
    grant.subject = Some("ada".into());
    let record = Value::from(record.to_text());
    let judge = |server: &Server, ended: &str| {
        let question =
            format!(r#"{{"type":"judge","now":{NOW},"record":{},"ended":[{ended}]}}"#, record.to_text());
        ask(server, &question).unwrap()
    };
    let fresh = judge(&told, "");
    assert_eq!(fresh.get("verdict").unwrap(), "fresh");
    let endings = fresh.get("endings").unwrap().as_array().unwrap().clone();
    let ended = |logout: &str| {
        ask(&told, &format!(r#"{{"type":"ended","now":{NOW},"issuer":"https://id.example",{logout}}}"#))
            .unwrap()
    };
    for (logout, clears) in [
        (r#""sessionId":"s","subject":"ada","issuedAt":1"#, true),
        (r#""subject":"ada","issuedAt":1800000001"#, true),
        (r#""subject":"ada","issuedAt":1799999999"#, false),
    ] {
        let marker = ended(logout);
        assert!(endings.contains(marker.get("key").unwrap()), "{logout}");
        let verdict = judge(&told, &marker.get("text").unwrap().to_text());
        assert_eq!(verdict.get("verdict").unwrap() == "clear", clears, "{logout}");
    }
    for logout in [r#""sessionId":"other","issuedAt":1"#, r#""subject":"eve","issuedAt":1"#] {
        assert!(!endings.contains(ended(logout).get("key").unwrap()), "{logout}");
    }
    let plain = judge(&server(), "");
    assert_eq!(plain.get("endings").unwrap().as_array().unwrap().len(), 0, "nobody looks where nobody tells");
}
