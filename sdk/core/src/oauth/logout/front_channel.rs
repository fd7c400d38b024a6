//! The page in a hidden frame with which a provider signs the user out.
//!
//! Source: [OpenID Connect Front-Channel Logout 1.0](https://openid.net/specs/openid-connect-frontchannel-1_0.html).

use crate::{
    error::{Code, Error},
    oauth::form,
};

/// The session that is signed in here.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Its provider.
    pub issuer: &'a str,
    /// The `sid` of its ID token.
    pub id: Option<&'a str>,
}

/// What the provider has to name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Named {
    /// Issuer and session, as a client that is registered with
    /// `frontchannel_logout_session_required` may expect.
    #[default]
    Session,
    /// Nothing. Then every page may sign the user out, with an image or a frame.
    Nothing,
}

/// Whether a request to the client's `frontchannel_logout_uri` ends this session. `query` is that of
/// the address, without `?`.
///
/// # Errors
/// `logout_request_invalid`, at the parameter: `iss` or `sid` is there twice, without the other, is
/// another one's, or is missing where it has to be [named](Named).
///
/// Source: [§2 and §3](https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout)
pub fn check(query: &str, session: &Session<'_>, named: Named) -> Result<(), Error> {
    let pairs = form::decode(query);
    let one = |name: &'static str| {
        let mut found = pairs.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        match (found.next(), found.next()) {
            (value, None) => Ok(value),
            _ => Err(invalid(name)),
        }
    };
    match (one("iss")?, one("sid")?) {
        (None, None) if named == Named::Nothing => Ok(()),
        (None, _) => Err(invalid("iss")),
        (Some(issuer), _) if issuer != session.issuer => Err(invalid("iss")),
        (Some(_), sid) if sid.is_none() || sid != session.id => Err(invalid("sid")),
        _ => Ok(()),
    }
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::LogoutRequestInvalid, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Session<'_> =
        Session { issuer: "https://server.example.com", id: Some("08a5019c-17e1-4977-8f42-65a12843ea02") };
    const ISS: &str = "iss=https://server.example.com";
    const SID: &str = "sid=08a5019c-17e1-4977-8f42-65a12843ea02";

    #[test]
    fn ends_the_session_that_the_example_of_the_specification_names() {
        let query = format!("{ISS}&{SID}");
        assert_eq!(check(&query, &SESSION, Named::Session), Ok(()));
        assert_eq!(check(&format!("own=1&{query}"), &SESSION, Named::Nothing), Ok(()));
    }

    #[test]
    fn ends_no_other_session() {
        for (query, at) in [
            (String::new(), "iss"),
            (SID.into(), "iss"),
            (ISS.into(), "sid"),
            (format!("{ISS}&sid="), "sid"),
            (format!("{ISS}&sid=other"), "sid"),
            (format!("iss=https://server.example.com/&{SID}"), "iss"),
            (format!("iss=&{SID}"), "iss"),
            (format!("{ISS}&{ISS}&{SID}"), "iss"),
            (format!("{ISS}&{SID}&sid=other"), "sid"),
        ] {
            assert_eq!(check(&query, &SESSION, Named::Session), Err(invalid(at)), "{query}");
        }
        let nameless = Session { id: None, ..SESSION };
        assert_eq!(check(&format!("{ISS}&{SID}"), &nameless, Named::Session), Err(invalid("sid")));
        assert_eq!(check(ISS, &nameless, Named::Nothing), Err(invalid("sid")));
    }

    #[test]
    fn nothing_needs_to_be_named_where_the_application_says_so() {
        assert_eq!(check("", &SESSION, Named::Nothing), Ok(()));
        assert_eq!(check("iss=https://evil.example&sid=x", &SESSION, Named::Nothing), Err(invalid("iss")));
    }
}
