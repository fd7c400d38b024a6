//! Introspection for whoever wants to know what a token still is, without a policy for its claims.

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    json::{Map, Value},
    oauth::{
        Failure, answer,
        discovery::{Endpoint, Metadata},
        form,
        revoke::TokenKind,
    },
};

use super::MAX_TOKEN;

/// What a token is at the moment.
#[derive(Clone, PartialEq)]
pub enum State {
    /// It is good, and this is what the server says about it.
    Active(Map),
    /// It is not, or not for who asks: the server tells no more.
    Inactive,
}

/// Asks about a token. The client authenticates on top
/// ([`ClientAuthentication::apply`](crate::oauth::client_auth::ClientAuthentication::apply)).
///
/// # Errors
/// `token_too_large`: over 4 KiB. `discovery_invalid`: the server has no such endpoint.
///
/// Source: [RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)
pub fn state_request(
    metadata: &Metadata,
    client_id: &str,
    token: &str,
    kind: TokenKind,
) -> Result<Request, Error> {
    if token.len() > MAX_TOKEN {
        return Err(Code::TokenTooLarge.into());
    }
    let endpoint = metadata.endpoint(Endpoint::Introspection)?;
    let pairs = [("token", token), ("token_type_hint", kind.hint()), ("client_id", client_id)];
    Ok(form::post(&endpoint, &pairs))
}

/// Reads the answer.
///
/// # Errors
/// Those of every endpoint; `response_invalid` at `active`: neither `true` nor `false`.
///
/// Source: [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)
pub fn state_response(response: &Response) -> Result<State, Failure> {
    let members = answer::object(response, 200)?;
    match members.get("active") {
        Some(Value::Bool(true)) => Ok(State::Active(members)),
        Some(Value::Bool(false)) => Ok(State::Inactive),
        _ => Err(Failure::from(Error::at(Code::ResponseInvalid, "active")).of(response)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::Reach,
        oauth::{client_auth::ClientAuthentication, discovery},
        secret::Secret,
    };

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.into(),
        }
    }

    fn metadata() -> Metadata {
        let issuer = discovery::Issuer::parse("https://server.example.com", Reach::Public).unwrap();
        let body = r#"{"issuer":"https://server.example.com","introspection_endpoint":"https://server.example.com/introspect"}"#;
        discovery::response(&issuer, &answer(200, body)).unwrap().unwrap()
    }

    #[test]
    fn asks_as_the_example_of_rfc_7662() {
        let mut request =
            state_request(&metadata(), "s6BhdRkqt3", "mF_9.B5f-4.1JqM", TokenKind::Access).unwrap();
        ClientAuthentication::SecretBasic(Secret::new(b"gX1fBat3bV".to_vec()))
            .apply("s6BhdRkqt3", &mut request);
        assert_eq!(request.body, "token=mF_9.B5f-4.1JqM&token_type_hint=access_token");
        assert!(request.headers.contains(&("authorization", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW".into())));
        let long = "x".repeat(MAX_TOKEN + 1);
        assert!(state_request(&metadata(), "app", &long, TokenKind::Refresh).is_err());
    }

    #[test]
    fn active_is_true_or_false() {
        let read = |body: &str| state_response(&answer(200, body));
        let Ok(State::Active(members)) = read(r#"{"active":true,"username":"jdoe"}"#) else { panic!() };
        assert_eq!(members.get("username").unwrap(), &"jdoe");
        assert!(read(r#"{"active":false,"sub":"x"}"#).ok() == Some(State::Inactive));
        for bad in ["{}", r#"{"active":"true"}"#, r#"{"active":1}"#, r#"{"active":null}"#] {
            assert_eq!(read(bad).map(|_| ()).unwrap_err().error, Error::at(Code::ResponseInvalid, "active"));
        }
        let refused = state_response(&answer(401, r#"{"error":"invalid_client"}"#)).map(|_| ()).unwrap_err();
        assert_eq!(refused.oauth.unwrap().error, "invalid_client");
    }
}
