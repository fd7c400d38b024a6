//! Token answers in the forms that providers have.

use alloc::string::String;

use super::{Form, Provider};
use crate::{
    error::{Code, Error},
    http::Response,
    json::{Map, Value},
    oauth::{
        Failure, answer, scope,
        token::{self, TokenType, Tokens},
    },
};

/// What a provider has granted. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Granted {
    /// The tokens; their scope is separated by spaces, whatever the provider wrote.
    pub tokens: Tokens,
    /// Those of the user, beside those of the application.
    pub user: Option<Tokens>,
    /// Who the user is, if the answer says it: an id that never changes.
    pub subject: Option<String>,
    /// Where that id is the user's alone, if the answer says it: a workspace. Elsewhere another may have the same.
    pub workspace: Option<String>,
}

impl Provider {
    /// Reads a token answer of this provider. `asked` is [`TokenType::Dpop`] if a proof went with
    /// the request.
    ///
    /// # Errors
    /// As [`token::response`]. `invalid_grant` stands for the provider's own names of it, too.
    pub fn tokens(&self, response: &Response, asked: TokenType) -> Result<Granted, Failure> {
        let members = answer::object(response, 200).map_err(|failure| self.named(failure))?;
        let failed = |error| Failure::from(error).of(response);
        match self.form {
            Form::Standard => {
                let tokens = token::tokens(&members, asked).map_err(failed)?;
                Ok(Granted { tokens: normal(tokens), user: None, subject: None, workspace: None })
            }
            Form::Nested => nested(members).map_err(failed),
        }
    }

    /// A failure with the code for what the provider calls by a name of its own.
    #[must_use]
    pub fn named(&self, mut failure: Failure) -> Failure {
        let is_grant = |name: &str| self.grant_errors.contains(&name);
        if failure.oauth.as_ref().is_some_and(|oauth| is_grant(&oauth.error)) {
            failure.error = Code::InvalidGrant.into();
        }
        failure
    }
}

fn nested(members: Map) -> Result<Granted, Error> {
    if members.get("ok") != Some(&Value::Bool(true)) {
        return Err(Error::at(Code::ResponseInvalid, "ok"));
    }
    let user = members.get("authed_user").and_then(Value::as_object).cloned();
    let subject = user.as_ref().and_then(|user| user.get("id")?.as_str()).map(String::from);
    let of_user = user.filter(|user| user.contains_key("access_token")).map(own).transpose()?;
    let team = members.get("team").and_then(|team| team.get("id")?.as_str());
    let workspace = team.filter(|team| !team.is_empty()).map(String::from);
    // Who asks for no scope of the application gets tokens of the user alone.
    let of_application = if members.contains_key("access_token") { Some(own(members)?) } else { None };
    match (of_application, of_user) {
        (Some(tokens), user) => Ok(Granted { tokens, user, subject, workspace }),
        (None, Some(tokens)) => Ok(Granted { tokens, user: None, subject, workspace }),
        (None, None) => Err(Error::at(Code::ResponseInvalid, "access_token")),
    }
}

/// Tokens whose type says whose they are, `bot` or `user`. They are used as Bearer tokens.
fn own(mut members: Map) -> Result<Tokens, Error> {
    let kind = members.get("token_type").and_then(Value::as_str);
    if kind.is_some_and(|kind| ["bot", "user"].contains(&kind)) {
        members.insert("token_type".into(), TokenType::Bearer.as_str().into());
    }
    token::tokens(&members, TokenType::Bearer).map(normal)
}

fn normal(tokens: Tokens) -> Tokens {
    Tokens { scope: tokens.scope.as_deref().map(scope::normal), ..tokens }
}
