//! Opaque tokens, about which their issuer is asked (RFC 7662).

use edgeward_core::{
    error::Error,
    http::{Address, Reach},
    jose::Algorithm,
    jwt::{Expiration, Policy, Rules},
    time::Seconds,
};
use serde::Deserialize;

use crate::{invalid, issuer::Audience};

/// Whom to ask about opaque tokens, and what its answers must say.
#[derive(Debug)]
pub struct Introspection {
    /// Where to ask.
    pub endpoint: Address,
    /// In whose name.
    pub client_id: String,
    /// The secret binding with the client's secret, or with its private JWK.
    pub secret_binding: String,
    /// How the client shows who it is.
    pub auth_method: Authentication,
    /// What active tokens must satisfy; without audience, only tokens without one do.
    pub policy: Policy,
}

/// How the gateway shows who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Authentication {
    /// By its secret, in the header `Authorization`.
    #[default]
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// By its secret, in the body.
    #[serde(rename = "client_secret_post")]
    Post,
    /// By an assertion that it signs for each question.
    #[serde(rename = "private_key_jwt")]
    PrivateKey,
}

/// The table `introspection`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    endpoint: String,
    client_id: String,
    secret_binding: String,
    #[serde(default)]
    auth_method: Authentication,
    issuer: String,
    audience: Option<Audience>,
    clock_tolerance_seconds: Option<Seconds>,
}

impl Document {
    pub fn check(self, reach: Reach) -> Result<Introspection, Error> {
        let endpoint =
            Address::parse(&self.endpoint, reach).map_err(|_| invalid("introspection.endpoint"))?;
        for (at, text) in [
            ("introspection.client_id", &self.client_id),
            ("introspection.secret_binding", &self.secret_binding),
            ("introspection.issuer", &self.issuer),
        ] {
            if text.is_empty() {
                return Err(invalid(at));
            }
        }
        let audiences: Vec<String> = self.audience.map_or_else(Vec::new, Into::into);
        if audiences.iter().any(String::is_empty) {
            return Err(invalid("introspection.audience"));
        }
        let rules = Rules {
            clock_tolerance: self.clock_tolerance_seconds,
            require_expiration: Some(false),
            ..Rules::default()
        };
        // A policy for tokens whose signature the issuer checks by itself: no algorithm of it is used.
        let policy =
            Policy::new(self.issuer.clone(), Vec::from([self.issuer]), Vec::from([Algorithm::Es256]));
        let policy = Policy { audiences, expiration: Expiration::Optional, ..policy?.with_rules(rules)? };
        Ok(Introspection {
            endpoint,
            client_id: self.client_id,
            secret_binding: self.secret_binding,
            auth_method: self.auth_method,
            policy,
        })
    }
}

#[cfg(test)]
mod tests {
    use edgeward_core::json;

    use super::*;

    fn parse(changes: &str) -> Result<Introspection, Error> {
        let good = r#"{"endpoint":"https://i.example/introspect","client_id":"gateway","secret_binding":"S","issuer":"https://i.example","audience":"api"}"#;
        let mut members = json::parse_object(good.as_bytes()).unwrap();
        members.extend(json::parse_object(format!("{{{changes}}}").as_bytes()).unwrap());
        let text = json::Value::Object(members).to_string();
        serde_json::from_str::<Document>(&text).unwrap().check(Reach::Public)
    }

    #[test]
    fn a_whole_table_is_read() {
        let read = parse("").unwrap();
        assert_eq!(
            (read.auth_method, read.policy.audiences.as_slice()),
            (Authentication::Basic, &["api".into()][..])
        );
        assert_eq!(read.policy.issuer, "https://i.example");
        assert!(parse(r#""audience":null"#).unwrap().policy.audiences.is_empty());
        for (name, method) in
            [("client_secret_post", Authentication::Post), ("private_key_jwt", Authentication::PrivateKey)]
        {
            assert_eq!(parse(&format!(r#""auth_method":"{name}""#)).unwrap().auth_method, method);
        }
    }

    #[test]
    fn settings_are_checked() {
        for (odd, at) in [
            (r#""endpoint":"http://i.example/introspect""#, "introspection.endpoint"),
            (r#""client_id":"""#, "introspection.client_id"),
            (r#""secret_binding":"""#, "introspection.secret_binding"),
            (r#""issuer":"""#, "introspection.issuer"),
            (r#""audience":[""]"#, "introspection.audience"),
            (r#""clock_tolerance_seconds":301"#, "clock_tolerance_seconds"),
        ] {
            assert_eq!(parse(odd).err(), Some(invalid(at)), "{odd}");
        }
    }
}
