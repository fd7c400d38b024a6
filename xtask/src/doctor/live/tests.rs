use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use super::*;
use crate::doctor::finding::Severity;

const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

/// An issuer on this machine that answers as it is told; `ISSUER` in a body stands for its name.
fn issuer(script: fn(&str) -> Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = format!("http://{}", listener.local_addr().unwrap());
    let own = name.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            let Answer { status, header, body } = script(request.split(' ').nth(1).unwrap());
            let body = body.replace("ISSUER", &own);
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{header}\r\n\r\n{body}"
            )
            .unwrap();
        }
    });
    name
}

struct Answer {
    status: u16,
    header: String,
    body: String,
}

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, header: "x-own: 1".to_owned(), body: body.to_owned() }
}

fn good(path: &str) -> Answer {
    match path {
        "/.well-known/openid-configuration" => answer(200, r#"{"issuer":"ISSUER","jwks_uri":"ISSUER/jwks"}"#),
        "/jwks" => answer(200, &format!("{{\"keys\":[{KEY}]}}")),
        _ => answer(404, "{}"),
    }
}

fn said(script: fn(&str) -> Answer, algorithms: &str) -> Vec<Finding> {
    let name = issuer(script);
    let text = format!(
        r#"{{"development":true,"origin":"http://127.0.0.1:9","issuers":[{{"issuer":"{name}","audience":"a","algorithms":{algorithms}}}]}}"#
    );
    findings(&Config::parse(&text).unwrap()).unwrap()
}

fn only(findings: &[Finding], severity: Severity, words: &str) {
    let [one] = findings else { panic!("{findings:#?}") };
    assert!(one.severity == severity && one.said.contains(words), "{one}");
}

#[test]
fn an_issuer_whose_keys_fit_is_well() {
    assert_eq!(said(good, r#"["ES256"]"#), []);
}

#[test]
fn an_algorithm_without_a_key_is_named() {
    only(&said(good, r#"["ES256","RS256"]"#), Severity::Warning, "RS256");
}

#[test]
fn metadata_of_another_issuer_are_refused() {
    let other = |path: &str| match path {
        "/.well-known/openid-configuration" => {
            answer(200, r#"{"issuer":"https://other.example","jwks_uri":"ISSUER/jwks"}"#)
        }
        _ => good(path),
    };
    only(&said(other, r#"["ES256"]"#), Severity::Error, "another issuer");
}

#[test]
fn a_redirect_is_said_with_its_target() {
    let moved = |path: &str| match path {
        "/jwks" => Answer { header: "location: https://new.example/jwks".to_owned(), ..answer(302, "") },
        _ => good(path),
    };
    only(&said(moved, r#"["ES256"]"#), Severity::Error, "redirects to https://new.example/jwks");
}

#[test]
fn what_is_no_key_set_is_said() {
    let page = |path: &str| if path == "/jwks" { answer(200, "<html>") } else { good(path) };
    only(&said(page, r#"["ES256"]"#), Severity::Error, "no key set");
    let down = |path: &str| if path == "/jwks" { answer(503, "") } else { good(path) };
    only(&said(down, r#"["ES256"]"#), Severity::Error, "status 503");
    let silent = |_: &str| answer(404, "");
    only(&said(silent, r#"["ES256"]"#), Severity::Error, "publishes no metadata");
}

#[test]
fn a_clock_that_is_off_is_said() {
    let late = |path: &str| Answer { header: "date: Thu, 01 Jan 2026 00:00:00 GMT".to_owned(), ..good(path) };
    only(&said(late, r#"["ES256"]"#), Severity::Error, "behind this machine's");
}

#[test]
fn an_issuer_that_is_not_there_is_said() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        r#"{{"development":true,"origin":"http://127.0.0.1:9","issuers":[{{"issuer":"http://{address}","audience":"a","algorithms":["ES256"]}}]}}"#
    );
    only(&findings(&Config::parse(&text).unwrap()).unwrap(), Severity::Error, "ECONNREFUSED");
}
