//! Sessions of Better Auth.

use edgeward_core::{
    cookies::better_auth::{Settings, Strategy},
    error::Error,
    http::is_token,
};
use serde::Deserialize;

use crate::invalid;

/// Whose session cookies are read.
#[derive(Debug)]
pub struct BetterAuth {
    /// How they are read.
    pub settings: Settings,
    /// The secret bindings with its secrets, the current one first.
    pub secret_bindings: Vec<String>,
}

/// The table `better_auth`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    issuer: String,
    secret_binding: Option<String>,
    #[serde(default)]
    secret_bindings: Vec<String>,
    cookie_prefix: Option<String>,
    cookie_name: Option<String>,
    snapshot_cookie_name: Option<String>,
    #[serde(default)]
    strategy: Strategy,
    version: Option<String>,
}

impl Document {
    pub fn check(self) -> Result<BetterAuth, Error> {
        let secret_bindings: Vec<String> =
            self.secret_binding.into_iter().chain(self.secret_bindings).collect();
        if secret_bindings.is_empty() || secret_bindings.iter().any(String::is_empty) {
            return Err(invalid("better_auth.secret_binding"));
        }
        if self.issuer.is_empty() {
            return Err(invalid("better_auth.issuer"));
        }
        let prefix = self.cookie_prefix.unwrap_or_else(|| "better-auth".into());
        let named = |name: Option<String>, standard| match name {
            None => format!("{prefix}.{standard}"),
            Some(name) => name,
        };
        let session_cookie = named(self.cookie_name, "session_token");
        let snapshot_cookie = named(self.snapshot_cookie_name, "session_data");
        // The reader puts the prefixes of RFC 6265bis in front by itself.
        let fits = |name: &String| !name.starts_with("__") && is_token(name);
        if session_cookie == snapshot_cookie || ![&session_cookie, &snapshot_cookie].into_iter().all(fits) {
            return Err(invalid("better_auth.cookie_name"));
        }
        let version = self.version.unwrap_or_else(|| "1".into());
        let (issuer, strategy) = (self.issuer, self.strategy);
        let settings = Settings { issuer, session_cookie, snapshot_cookie, strategy, version };
        Ok(BetterAuth { settings, secret_bindings })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(more: &str) -> Result<BetterAuth, Error> {
        let text = format!(r#"{{"issuer":"https://auth.example"{more}}}"#);
        serde_json::from_str::<Document>(&text).unwrap().check()
    }

    #[test]
    fn names_follow_those_of_better_auth() {
        let read = parse(r#","secret_binding":"S""#).unwrap().settings;
        assert_eq!(read.session_cookie, "better-auth.session_token");
        assert_eq!(read.snapshot_cookie, "better-auth.session_data");
        assert_eq!((read.strategy, read.version.as_str()), (Strategy::Compact, "1"));
        let read =
            parse(r#","secret_binding":"S","cookie_prefix":"my-app","cookie_name":"sid","strategy":"jwe""#);
        let read = read.unwrap().settings;
        assert_eq!(
            (read.session_cookie.as_str(), read.snapshot_cookie.as_str()),
            ("sid", "my-app.session_data")
        );
    }

    #[test]
    fn secrets_are_a_list_for_their_rotation() {
        let read = parse(r#","secret_binding":"NEW","secret_bindings":["OLD"]"#).unwrap();
        assert_eq!(read.secret_bindings, ["NEW", "OLD"]);
        for odd in ["", r#","secret_binding":"""#, r#","secret_bindings":[]"#] {
            assert_eq!(parse(odd).err(), Some(invalid("better_auth.secret_binding")), "{odd}");
        }
    }

    #[test]
    fn a_name_is_one() {
        for odd in [
            r#""cookie_name":"""#,
            r#""cookie_name":"a b""#,
            r#""cookie_name":"__Host-a""#,
            r#""cookie_prefix":"a;""#,
        ] {
            let outcome = parse(&format!(r#","secret_binding":"S",{odd}"#));
            assert_eq!(outcome.err(), Some(invalid("better_auth.cookie_name")), "{odd}");
        }
    }
}
