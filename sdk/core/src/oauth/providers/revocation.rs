//! Giving a grant back in the way that a provider has for it.

use alloc::{string::String, vec::Vec};

use base64ct::{Base64, Encoding};

use super::Provider;
use crate::{
    error::{Code, Error},
    http::{Address, Method, Reach, Request, Response},
    json::{Value, object},
    oauth::{Failure, answer, revoke},
    secret::Secret,
};

/// How a grant is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// As RFC 7009 has it, where the metadata say so: [`revoke::request`].
    Standard,
    /// The grant of the user to the client is deleted below this address, with every token of it.
    Grant(&'static str),
    /// The token itself asks for it at this address.
    Token(&'static str),
}

impl Provider {
    /// Gives back what `token` stands for. `None`: as RFC 7009 has it, or the client has no secret
    /// where it takes one.
    #[must_use]
    pub fn revocation_request(
        &self,
        client_id: &str,
        secret: Option<&Secret>,
        token: &str,
    ) -> Option<Request> {
        let address = |url: &str| Address::parse(url, Reach::Public).ok();
        match self.revocation {
            Revocation::Standard => None,
            Revocation::Token(url) => {
                let mut request = Request::get_json(&address(url)?);
                request.method = Method::Post;
                request.headers.push(("authorization", ["Bearer ", token].concat()));
                Some(request)
            }
            Revocation::Grant(url) => {
                // It becomes a part of the path.
                let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
                if !client_id.bytes().all(plain) || matches!(client_id, "" | "." | "..") {
                    return None;
                }
                let secret = core::str::from_utf8(secret?.expose()).ok()?;
                let pair = Base64::encode_string([client_id, ":", secret].concat().as_bytes());
                let headers: Vec<(&str, String)> = Vec::from([
                    ("accept", "application/json".into()),
                    ("content-type", "application/json".into()),
                    ("authorization", ["Basic ", &pair].concat()),
                ]);
                let url = address(&[url, client_id, "/grant"].concat())?.as_str().into();
                let body = object(Vec::from([("access_token", Value::from(token))])).to_text();
                Some(Request { method: Method::Delete, url, headers, body })
            }
        }
    }

    /// Reads the answer. A token that is no longer good is given back as well.
    ///
    /// # Errors
    /// As [`revoke::response`].
    pub fn revocation_response(&self, response: &Response) -> Result<(), Failure> {
        match (self.revocation, response.status) {
            (Revocation::Standard, _) => revoke::response(response),
            (Revocation::Grant(_), 204 | 404) => Ok(()),
            (Revocation::Grant(_), _) => answer::object(response, 204).map(drop),
            (Revocation::Token(_), _) => {
                match answer::object(response, 200).map_err(|failure| self.named(failure)) {
                    Ok(members) if members.get("ok") == Some(&Value::Bool(true)) => Ok(()),
                    Ok(_) => Err(Failure::from(Error::at(Code::ResponseInvalid, "ok")).of(response)),
                    Err(failure) if failure.error.code == Code::InvalidGrant => Ok(()),
                    Err(failure) => Err(failure),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::providers::named;

    fn answer(status: u16, body: &str) -> Response {
        let headers = vec![("content-type".into(), "application/json".into())];
        Response { status, headers, body: body.into() }
    }

    fn secret() -> Secret {
        Secret::new(b"s".to_vec())
    }

    #[test]
    fn github_deletes_the_grant() {
        let github = named("github").unwrap();
        let request = github.revocation_request("Iv1.8a61f9b3", Some(&secret()), "gho_x").unwrap();
        assert_eq!(request.method.as_str(), "DELETE");
        assert_eq!(request.url, "https://api.github.com/applications/Iv1.8a61f9b3/grant");
        assert_eq!(request.body, r#"{"access_token":"gho_x"}"#);
        // Iv1.8a61f9b3:s
        assert!(request.headers.contains(&("authorization", "Basic SXYxLjhhNjFmOWIzOnM=".into())));
        assert!(github.revocation_request("Iv1", None, "gho_x").is_none());
        for odd in ["../x", "..", ".", "", "a/b", "a?b", "a%2fb"] {
            assert!(github.revocation_request(odd, Some(&secret()), "gho_x").is_none(), "{odd}");
        }
        for (status, good) in [(204, true), (404, true), (422, false), (500, false), (200, false)] {
            assert_eq!(github.revocation_response(&answer(status, "")).is_ok(), good, "{status}");
        }
    }

    #[test]
    fn slack_asks_with_the_token() {
        let slack = named("slack").unwrap();
        let request = slack.revocation_request("1.2", None, "xoxp-1").unwrap();
        assert_eq!(
            (request.method.as_str(), request.url.as_str()),
            ("POST", "https://slack.com/api/auth.revoke")
        );
        assert!(request.headers.contains(&("authorization", "Bearer xoxp-1".into())));
        for (body, good) in [
            (r#"{"ok":true,"revoked":true}"#, true),
            (r#"{"ok":false,"error":"token_revoked"}"#, true),
            (r#"{"ok":false,"error":"fatal_error"}"#, false),
            (r#"{"ok":"true"}"#, false),
        ] {
            assert_eq!(slack.revocation_response(&answer(200, body)).is_ok(), good, "{body}");
        }
    }

    #[test]
    fn the_others_keep_to_the_specification() {
        let google = named("google").unwrap();
        assert!(google.revocation_request("app", Some(&secret()), "t").is_none());
        assert!(google.revocation_response(&answer(200, "")).is_ok());
    }
}
