//! A token for the client itself, where no user is there.
//!
//! Source: [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4).

use alloc::{string::String, vec::Vec};

use crate::{
    error::Error,
    http::Request,
    oauth::{discovery::Metadata, form},
};

/// Asks for a token. The client authenticates on top
/// ([`ClientAuthentication::apply`](crate::oauth::client_auth::ClientAuthentication::apply)), and the
/// answer is [`token::response`](crate::oauth::token::response)'s.
///
/// # Errors
/// `discovery_invalid`: the server has no token endpoint.
///
/// Source: [RFC 6749 §4.4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.4.2),
/// [RFC 8707 §2.2](https://www.rfc-editor.org/rfc/rfc8707#section-2.2)
pub fn request(
    metadata: &Metadata,
    client_id: &str,
    scope: Option<&str>,
    resources: &[String],
) -> Result<Request, Error> {
    let mut pairs = Vec::from([("grant_type", "client_credentials"), ("client_id", client_id)]);
    pairs.extend(scope.map(|scope| ("scope", scope)));
    pairs.extend(resources.iter().map(|resource| ("resource", resource.as_str())));
    Ok(form::post(metadata.token_endpoint()?, &pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Reach, Response},
        oauth::{client_auth::ClientAuthentication, discovery},
        secret::Secret,
    };

    fn metadata(members: &str) -> Metadata {
        let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
        let body = format!(r#"{{"issuer":"https://server.example.com"{members}}}"#);
        let answer = Response { status: 200, headers: vec![], body: body.into() };
        discovery::response(&issuer, &answer).unwrap().unwrap()
    }

    #[test]
    fn asks_as_the_example_of_rfc_6749() {
        let metadata = metadata(r#","token_endpoint":"https://server.example.com/token""#);
        let mut request = request(&metadata, "s6BhdRkqt3", None, &[]).unwrap();
        ClientAuthentication::SecretBasic(Secret::new(b"gX1fBat3bV".to_vec()))
            .apply("s6BhdRkqt3", &mut request);
        assert_eq!(request.body, "grant_type=client_credentials");
        assert!(request.headers.contains(&("authorization", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW".into())));
    }

    #[test]
    fn names_scope_and_resources() {
        let metadata = metadata(r#","token_endpoint":"https://server.example.com/token""#);
        let request =
            request(&metadata, "app", Some("a b"), &["https://api.example".into(), "urn:x".into()]).unwrap();
        assert_eq!(
            request.body,
            "grant_type=client_credentials&client_id=app&scope=a+b&resource=https%3A%2F%2Fapi.example&resource=urn%3Ax"
        );
    }

    #[test]
    fn a_server_without_token_endpoint_is_of_no_use() {
        let error = request(&metadata(""), "app", None, &[]).map(|_| ()).unwrap_err();
        assert_eq!(error.at, "token_endpoint");
    }
}
