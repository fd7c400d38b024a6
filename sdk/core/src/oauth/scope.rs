//! Lists of scopes.
//!
//! Source: [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::Request,
    oauth::form,
    text,
};

/// The scopes of a list, whether a space, a comma (GitHub, Slack) or both stand between them.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text::split(text, " ,").filter(|scope| !scope.is_empty())
}

/// The list as RFC 6749 writes it: with single spaces, each scope once.
#[must_use]
pub fn normal(text: &str) -> String {
    let mut scopes: Vec<&str> = Vec::new();
    for scope in list(text) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    text::join(&scopes, " ")
}

/// Whether every scope of `wanted` was granted.
#[must_use]
pub fn covers(granted: &str, wanted: &str) -> bool {
    list(wanted).all(|scope| list(granted).any(|own| own == scope))
}

/// Asks a refresh for less than was granted. The answer's refresh token keeps the whole grant.
///
/// # Errors
/// `invalid_scope`: it asks for more. The server would refuse that, too, but some end the grant.
///
/// Source: [RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)
pub fn narrow(refresh: &mut Request, granted: &str, wanted: &str) -> Result<(), Error> {
    if !covers(granted, wanted) {
        return Err(Error::at(Code::InvalidScope, "scope"));
    }
    form::add(refresh, &[("scope", &normal(wanted))]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Address, Reach},
        oauth::token,
    };

    #[test]
    fn commas_and_spaces_separate() {
        assert_eq!(
            list("repo,read:user  workflow, ,").collect::<Vec<_>>(),
            ["repo", "read:user", "workflow"]
        );
        assert_eq!(normal("b,a b"), "b a");
        assert_eq!(normal(" "), "");
    }

    #[test]
    fn a_refresh_asks_for_no_more_than_was_granted() {
        let endpoint = Address::parse("https://a.example/token", Reach::Public).unwrap();
        let refresh = || token::refresh_request(&endpoint, "app", "rt", &[]);
        let mut request = refresh();
        narrow(&mut request, "openid read write", "write read").unwrap();
        assert!(request.body.ends_with("&scope=write+read"));
        for wanted in ["admin", "read admin", "READ", "rea"] {
            let mut request = refresh();
            let refusal = Err(Error::at(Code::InvalidScope, "scope"));
            assert_eq!(narrow(&mut request, "openid read write", wanted), refusal, "{wanted}");
            assert!(request == refresh(), "nothing was added");
        }
    }
}
