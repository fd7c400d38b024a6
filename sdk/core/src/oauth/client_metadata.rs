//! A client that names itself by the address of a document about it, so that nobody has to
//! register it.
//!
//! Source: [OAuth Client ID Metadata Document](https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/),
//! [RFC 7591 §2](https://www.rfc-editor.org/rfc/rfc7591#section-2).

use crate::{
    error::{Code, Error},
    http::{Address, Reach, Request, Response},
    json::{self, Map, Value},
    oauth::discovery::Metadata,
};

/// How large a document may be, in bytes: the draft's §6.6 recommends it.
pub const MAX_LENGTH: usize = 5 * 1024;

/// Schemes that run or open something at the place where the code is sent to.
const DANGEROUS: [&str; 7] = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source"];

/// Whether the server knows clients by their documents.
///
/// # Errors
/// `discovery_invalid` at `client_id_metadata_document_supported`: neither `true` nor `false`.
pub fn is_supported(metadata: &Metadata) -> Result<bool, Error> {
    metadata.flag("client_id_metadata_document_supported")
}

/// Reads a `client_id` that is the address of a document.
///
/// # Errors
/// `client_metadata_invalid` at `client_id`: not an https address, or one without a path, with
/// `.` or `..` in it, or that may not be called.
///
/// Source: the draft's §3
pub fn client_id(text: &str, reach: Reach) -> Result<Address, Error> {
    let address = Address::parse(text, reach).map_err(|_| invalid("client_id"))?;
    let path = address.path_and_query().split('?').next().unwrap_or_default();
    // An encoded dot is a dot to those who resolve the address.
    let dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.len() < 2
        || path.split('/').any(dots)
        || !text.starts_with("https://") && reach != Reach::Development
    {
        return Err(invalid("client_id"));
    }
    Ok(address)
}

/// The document to serve at `client_id`, from the client's metadata.
///
/// # Errors
/// As [`check`].
pub fn document(client_id: &Address, members: Map) -> Result<Value, Error> {
    let mut members = members;
    members.insert("client_id".into(), client_id.as_str().into());
    check(client_id, &members)?;
    Ok(Value::Object(members))
}

/// Fetches a document. Redirects are not followed: they would let another address speak for this one.
#[must_use]
pub fn request(client_id: &Address) -> Request {
    Request::get_json(client_id)
}

/// Reads the answer.
///
/// # Errors
/// As [`check`]; `client_metadata_invalid`: a status other than 200, over 5 KiB, or not a strict
/// JSON object.
///
/// Source: the draft's §4 and §6.6
pub fn response(client_id: &Address, response: &Response) -> Result<Map, Error> {
    if response.status != 200 {
        return Err(invalid("status"));
    }
    if response.body.len() > MAX_LENGTH {
        return Err(invalid("body"));
    }
    let members = json::parse_object(&response.body).map_err(|_| invalid("body"))?;
    check(client_id, &members)?;
    Ok(members)
}

/// Checks a document.
///
/// # Errors
/// `client_metadata_invalid`, at the member: `client_id` is not the address of the document; there
/// is a secret, which everybody could read, or a way of authentication that needs one; or a
/// redirect address is missing or not [allowed](is_redirect).
///
/// Source: the draft's §4.1
pub fn check(client_id: &Address, members: &Map) -> Result<(), Error> {
    if members.get("client_id").and_then(Value::as_str) != Some(client_id.as_str()) {
        return Err(invalid("client_id"));
    }
    for name in ["client_secret", "client_secret_expires_at"] {
        if members.contains_key(name) {
            return Err(invalid(name));
        }
    }
    check_method(members)?;
    check_redirects(members)?;
    match members.get("jwks") {
        Some(keys) if holds_secrets(keys) => Err(invalid("jwks")),
        _ => Ok(()),
    }
}

/// Checks that every one of a client's `redirect_uris` is [allowed](is_redirect).
///
/// # Errors
/// `client_metadata_invalid` at `redirect_uris`.
pub fn check_redirects(members: &Map) -> Result<(), Error> {
    let uses_code = match members.get("grant_types").and_then(Value::as_array) {
        None => true,
        Some(types) => types.iter().any(|kind| kind == "authorization_code"),
    };
    let fits = match members.get("redirect_uris") {
        None => !uses_code,
        Some(Value::Array(items)) => items.iter().all(|item| item.as_str().is_some_and(is_redirect)),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(invalid("redirect_uris")) }
}

/// Whether codes may be sent to this address: https, http on loopback, or a scheme of an
/// application. Never with a fragment, and never to a scheme that runs what it gets.
///
/// Source: [RFC 6749 §3.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2),
/// [RFC 8252 §7](https://www.rfc-editor.org/rfc/rfc8252#section-7)
#[must_use]
pub fn is_redirect(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let plain = uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(['#', '\\']);
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    match scheme {
        "https" => Address::parse(uri, Reach::Https).is_ok(),
        "http" => Address::parse(uri, Reach::Development).is_ok(),
        _ => {
            plain
                && named
                && !rest.is_empty()
                && !DANGEROUS.contains(&scheme.to_ascii_lowercase().as_str())
                && !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https")
        }
    }
}

fn check_method(members: &Map) -> Result<(), Error> {
    const NAME: &str = "token_endpoint_auth_method";
    match members.get(NAME) {
        None => Ok(()),
        Some(Value::String(method)) if !method.starts_with("client_secret") => Ok(()),
        Some(_) => Err(invalid(NAME)),
    }
}

/// Whether a key set has a private member, or is no key set.
fn holds_secrets(keys: &Value) -> bool {
    let Some(keys) = keys.get("keys").and_then(Value::as_array) else { return true };
    let secret = |key: &Value| match key.as_object() {
        None => true,
        Some(key) => {
            ["d", "k", "p", "q", "dp", "dq", "qi", "oth", "priv"].iter().any(|name| key.contains_key(name))
        }
    };
    keys.iter().any(secret)
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ClientMetadataInvalid, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "https://app.example/oauth/client.json";

    fn id() -> Address {
        client_id(ID, Reach::Public).unwrap()
    }

    fn members(text: &str) -> Map {
        json::parse_object(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_client_id_is_an_address_with_a_path() {
        for good in [ID, "https://app.example/c?v=1", "https://app.example:8443/a/"] {
            assert!(client_id(good, Reach::Public).is_ok(), "{good}");
        }
        for bad in [
            "https://app.example",
            "https://app.example/",
            "https://app.example?x",
            "https://app.example/a/../b",
            "https://app.example/./b",
            "https://app.example/%2E%2e/b",
            "https://app.example/a#b",
            "https://u:p@app.example/a",
            "http://app.example/a",
            "https://127.0.0.1/a",
            "app",
        ] {
            assert_eq!(client_id(bad, Reach::Public), Err(invalid("client_id")), "{bad}");
        }
        assert!(client_id("http://localhost:3000/client.json", Reach::Development).is_ok());
    }

    #[test]
    fn a_document_is_made_and_read_back() {
        let made = document(
            &id(),
            members(r#"{"client_name":"App","redirect_uris":["https://app.example/cb","http://127.0.0.1:8080/cb","com.example.app:/cb"],
                "token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}}"#),
        )
        .unwrap();
        let answer = |status, body: String| Response { status, headers: vec![], body: body.into() };
        let read = response(&id(), &answer(200, made.to_text())).unwrap();
        assert_eq!(read.get("client_id").unwrap(), &ID);
        assert_eq!(request(&id()).url, ID);
        assert_eq!(response(&id(), &answer(302, made.to_text())), Err(invalid("status")));
        assert_eq!(response(&id(), &answer(200, " ".repeat(MAX_LENGTH + 1))), Err(invalid("body")));
        assert_eq!(response(&id(), &answer(200, "[]".into())), Err(invalid("body")));
    }

    #[test]
    fn refuses_bad_documents_by_name() {
        let good = format!(r#"{{"client_id":"{ID}","redirect_uris":["https://app.example/cb"]}}"#);
        assert_eq!(check(&id(), &members(&good)), Ok(()));
        let redirects = r#"["https://app.example/cb"]"#;
        for (from, to, at) in [
            (ID, "https://app.example/oauth/client.json/", "client_id"),
            (ID, "https://other.example/client.json", "client_id"),
            ("\"client_id\"", "\"x\"", "client_id"),
            ("}", r#","client_secret":"s"}"#, "client_secret"),
            ("}", r#","client_secret_expires_at":0}"#, "client_secret_expires_at"),
            ("}", r#","token_endpoint_auth_method":"client_secret_basic"}"#, "token_endpoint_auth_method"),
            ("}", r#","token_endpoint_auth_method":"client_secret_jwt"}"#, "token_endpoint_auth_method"),
            ("}", r#","token_endpoint_auth_method":["none"]}"#, "token_endpoint_auth_method"),
            ("\"redirect_uris\"", "\"x\"", "redirect_uris"),
            (redirects, "\"https://app.example/cb\"", "redirect_uris"),
            (redirects, r#"["javascript:alert(1)"]"#, "redirect_uris"),
            (redirects, "[1]", "redirect_uris"),
            ("}", r#","jwks":{"keys":[{"kty":"EC","d":"x"}]}}"#, "jwks"),
            ("}", r#","jwks":[]}"#, "jwks"),
        ] {
            assert_eq!(check(&id(), &members(&good.replacen(from, to, 1))), Err(invalid(at)), "{to}");
        }
        // Who never asks for a code needs no address for it.
        let service = format!(r#"{{"client_id":"{ID}","grant_types":["client_credentials"]}}"#);
        assert_eq!(check(&id(), &members(&service)), Ok(()));
    }

    #[test]
    fn codes_go_to_where_they_do_no_harm() {
        for good in [
            "https://app.example/cb",
            "https://192.168.0.1/cb",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:1234/cb",
            "com.example.app:/cb",
            "cursor://anysphere.cursor-retrieval/oauth/callback",
            "https://app.example/cb?x=1",
        ] {
            assert!(is_redirect(good), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "https://",
            "http://app.example/cb",
            "HTTP://app.example/cb",
            "https://app.example/cb#x",
            "app:/cb#x",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "1app:/cb",
            "app:",
            "app:/a b",
            "app:\\\\x",
        ] {
            assert!(!is_redirect(bad), "{bad}");
        }
    }
}
