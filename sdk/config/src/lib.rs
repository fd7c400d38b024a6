//! The gateway's configuration: what an operator writes, read from JSON and checked as a whole.
//!
//! What it says is in the terms of `edgeward-core`, which applies it. It is read once for an isolate.

mod better_auth;
mod credentials;
mod decryption;
mod dpop;
mod introspection;
mod issuer;
mod keys;
mod origin;
mod preset;
mod resource;
mod revocation;
mod route;
mod traffic;
mod users;

use std::fmt;

use edgeward_core::{
    error::{Code, Error},
    gateway::{
        credential::Sources, forward::way::Forwarded, log::Log, refusal::Format, resource::Resource,
        route::Route,
    },
    http::Reach,
    json,
};
use serde::Deserialize;

pub use better_auth::BetterAuth;
pub use decryption::Decryption;
pub use dpop::Dpop;
pub use introspection::{Authentication, Introspection};
pub use issuer::Issuer;
pub use keys::KeySource;
pub use origin::Origin;
pub use revocation::Revocation;
pub use traffic::{Metrics, ServerTiming, Traffic};
pub use users::{UserStore, Users};

/// A configuration that was checked as a whole.
#[derive(Debug)]
pub struct Config {
    /// Which addresses may be called.
    pub reach: Reach,
    /// Where requests go that are let through.
    pub origin: Origin,
    /// The browsers' origins that may read denials.
    pub allowed_origins: Vec<String>,
    /// The realm in challenges.
    pub realm: String,
    /// Where credentials may stand.
    pub sources: Sources,
    /// What is asked of proofs of possession, if they are understood.
    pub dpop: Option<Dpop>,
    /// Whose tokens are accepted, each with keys of its own.
    pub issuers: Vec<Issuer>,
    /// The KV namespace in which isolates share key sets, if there is one.
    pub jwks_cache_binding: Option<String>,
    /// Whom to ask about opaque tokens, if they are accepted.
    pub introspection: Option<Introspection>,
    /// Whose session cookies are read, if any are.
    pub better_auth: Option<BetterAuth>,
    /// The list of revocations, if there is one.
    pub revocation: Option<Revocation>,
    /// The rules, the first match first.
    pub routes: Vec<Route>,
    /// How the gateway treats what passes through it.
    pub traffic: Traffic,
    /// What the API says about itself.
    pub resource: Option<Resource>,
    /// Where it is known who a subject is, if identities are resolved to users.
    pub users: Option<Users>,
}

/// Why a configuration is refused, for the operator: it names the setting, and never holds a value
/// of a secret, because the configuration holds none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    development: bool,
    origin: Option<String>,
    origin_binding: Option<String>,
    #[serde(default)]
    allowed_origins: Vec<String>,
    realm: Option<String>,
    #[serde(default)]
    credentials: credentials::Document,
    dpop: Option<dpop::Document>,
    introspection: Option<introspection::Document>,
    better_auth: Option<better_auth::Document>,
    #[serde(default)]
    issuers: Vec<issuer::Document>,
    jwks_cache_binding: Option<String>,
    revocation: Option<revocation::Document>,
    #[serde(default)]
    routes: Vec<route::Document>,
    #[serde(default)]
    forwarded: Forwarded,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    errors: Format,
    server_timing: Option<bool>,
    metrics: Option<traffic::MetricsDocument>,
    resource: Option<resource::Document>,
    users: Option<users::Document>,
}

impl Config {
    /// Reads the variable `EDGEWARD` from its JSON text.
    ///
    /// # Errors
    /// A sentence for the operator. The caller answers every request with `config_invalid`: a
    /// gateway that does not know its rules lets nothing through.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let refused = |why: &dyn fmt::Display| ConfigError(format!("EDGEWARD: {why}"));
        json::parse(text.as_bytes()).map_err(|error| refused(&error))?;
        let document: Document = serde_json::from_str(text).map_err(|error| refused(&error))?;
        document.check().map_err(|error| refused(&error))
    }
}

impl Document {
    fn check(self) -> Result<Config, Error> {
        let reach = if self.development { Reach::Development } else { Reach::Public };
        let realm = self.realm.unwrap_or_else(|| "edgeward".into());
        // The realm is quoted in a header.
        if !realm.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
            return Err(invalid("realm"));
        }
        if !self.allowed_origins.iter().all(|origin| origin::is_origin(origin, reach)) {
            return Err(invalid("allowed_origins"));
        }
        if self.jwks_cache_binding.as_ref().is_some_and(String::is_empty) {
            return Err(invalid("jwks_cache_binding"));
        }
        let dpop = self.dpop.map(dpop::Document::check).transpose()?;
        let introspection = self.introspection.map(|document| document.check(reach)).transpose()?;
        let better_auth = self.better_auth.map(better_auth::Document::check).transpose()?;
        let issuers = issuer::check_all(self.issuers, reach)?;
        if issuers.is_empty() && introspection.is_none() && better_auth.is_none() {
            return Err(invalid("issuers"));
        }
        let mut sources = self.credentials.check()?;
        sources.headers.extend(issuers.iter().filter_map(|issuer| issuer.header.map(Into::into)));
        sources.dpop = dpop.is_some();
        sources.session = better_auth.as_ref().map(|own| own.settings.session_cookie.clone());
        let signing = issuers.iter().map(|issuer| &issuer.policy.issuer);
        let asked = introspection.iter().map(|own| &own.policy.issuer);
        let sessions = better_auth.iter().map(|own| &own.settings.issuer);
        let known: Vec<String> = signing.chain(asked).chain(sessions).cloned().collect();
        let revocation = self.revocation.map(|document| document.check(&issuers)).transpose()?;
        let mode = revocation.as_ref().map(|revocation| revocation.mode);
        let routes = self.routes.into_iter().map(|route| route.check(&known, &sources, mode));
        let routes = routes.collect::<Result<_, _>>()?;
        let traffic = traffic::Settings {
            forwarded: self.forwarded,
            log: self.log,
            errors: self.errors,
            server_timing: self.server_timing,
            metrics: self.metrics,
        };
        Ok(Config {
            reach,
            origin: origin::check(self.origin, self.origin_binding, reach)?,
            allowed_origins: self.allowed_origins,
            realm,
            sources,
            dpop,
            issuers,
            jwks_cache_binding: self.jwks_cache_binding,
            introspection,
            better_auth,
            revocation,
            routes,
            traffic: traffic.check()?,
            resource: self.resource.map(|resource| resource.check(reach)).transpose()?,
            users: self.users.map(|users| users.check(reach)).transpose()?,
        })
    }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}

#[cfg(test)]
mod tests {
    use edgeward_core::gateway::revocation::Mode;

    use super::*;

    const ISSUER: &str = r#"{"issuer":"https://i.example","audience":"api","algorithms":["ES256"]}"#;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text)
    }

    fn with(members: &str) -> Result<Config, ConfigError> {
        parse(&format!(r#"{{"origin":"https://o.example","issuers":[{ISSUER}]{members}}}"#))
    }

    fn with_issuer(issuer: &str) -> Result<Config, ConfigError> {
        parse(&format!(r#"{{"origin":"https://o.example","issuers":[{issuer}]}}"#))
    }

    fn refused(result: Result<Config, ConfigError>) -> String {
        result.err().unwrap().0
    }

    #[test]
    fn a_whole_configuration_is_read() {
        let config = with(
            r#","allowed_origins":["https://app.example"],"realm":"api","routes":[{"path":"/p/*","credential":"none"},{"path":"/a","scopes":["x:y"]}]"#,
        )
        .unwrap();
        assert_eq!((config.routes.len(), config.realm.as_str()), (2, "api"));
        assert!(matches!(config.issuers[0].keys, KeySource::Discovery(_)));
        assert!(matches!(config.origin, Origin::Http(_)));
        assert_eq!(config.reach, Reach::Public);
    }

    #[test]
    fn what_is_told_and_to_whom_is_read() {
        let config = with(
            r#","forwarded":"keep","log":"all","errors":"better_auth","server_timing":false,"metrics":{"secret_binding":"M"},"resource":{"identifier":"https://api.example","paths":["/mcp"]}"#,
        )
        .unwrap();
        assert_eq!(config.traffic.forwarded, Forwarded::Keep);
        assert_eq!((config.traffic.log, config.traffic.errors), (Log::All, Format::BetterAuth));
        assert_eq!(config.traffic.server_timing, ServerTiming::Hidden);
        assert_eq!(config.traffic.metrics.unwrap().secret_binding, "M");
        assert!(config.resource.is_some());
        for users in [r#"{"database_binding":"D"}"#, r#"{"url":"https://u.example/x","secret_binding":"S"}"#]
        {
            assert_eq!(with(&format!(r#","users":{users}"#)).unwrap().users.unwrap().keep_for.0, 60);
        }
        let silent = with("").unwrap();
        assert_eq!((silent.traffic.log, silent.traffic.forwarded), (Log::Denied, Forwarded::Replace));
        assert!(silent.traffic.metrics.is_none() && silent.resource.is_none());
        for odd in [
            r#""log":"some""#,
            r#""errors":"xml""#,
            r#""forwarded":true"#,
            r#""metrics":{}"#,
            r#""metrics":{"secret_binding":""}"#,
            r#""resource":{"identifier":"http://api.example"}"#,
            r#""resource":{"identifier":"https://api.example","path":"/"}"#,
            r#""users":{}"#,
            r#""users":{"database_binding":""}"#,
            r#""users":{"database_binding":"D","url":"https://u.example","secret_binding":"S"}"#,
            r#""users":{"url":"https://u.example"}"#,
            r#""users":{"url":"http://u.example","secret_binding":"S"}"#,
            r#""users":{"database_binding":"D","cache_seconds":301}"#,
        ] {
            assert!(with(&format!(",{odd}")).is_err(), "{odd}");
        }
    }

    #[test]
    fn without_an_issuer_there_is_another_way_to_know_who_it_is() {
        let only = |table: &str| parse(&format!(r#"{{"origin":"https://o.example",{table}}}"#));
        let sessions = only(r#""better_auth":{"issuer":"https://a.example","secret_binding":"S"},"routes":[{"path":"/a","credentials":["session"],"issuers":["https://a.example"]}]"#).unwrap();
        assert_eq!(sessions.sources.session.as_deref(), Some("better-auth.session_token"));
        assert!(only(r#""introspection":{"endpoint":"https://a.example/i","client_id":"c","secret_binding":"S","issuer":"https://a.example"}"#).is_ok());
        assert!(refused(only(r#""dpop":{}"#)).contains("issuers"));
        assert!(with(r#","dpop":{}"#).unwrap().sources.dpop);
    }

    #[test]
    fn unknown_or_mistyped_settings_are_named() {
        assert!(refused(with(r#","audience":"x""#)).contains("audience"));
        assert!(
            refused(with_issuer(r#"{"issuer":"https://i.example","audience":"a","algorithms":["none"]}"#))
                .contains("none")
        );
        assert!(refused(parse("{}")).contains("issuers"));
        assert!(refused(parse("{\"a\":1,\"a\":2}")).contains("strict JSON"));
        for odd in ["", "[]", "null", "7"] {
            assert!(parse(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn addresses_must_be_callable() {
        assert!(
            refused(parse(&format!(r#"{{"origin":"http://o.example","issuers":[{ISSUER}]}}"#)))
                .contains("origin")
        );
        assert!(
            refused(parse(&format!(r#"{{"origin":"https://o.example/x","issuers":[{ISSUER}]}}"#)))
                .contains("origin")
        );
        assert!(
            refused(parse(&format!(
                r#"{{"origin":"https://o.example","origin_binding":"O","issuers":[{ISSUER}]}}"#
            )))
            .contains("origin")
        );
        assert!(
            refused(with_issuer(r#"{"issuer":"http://127.0.0.1:1","audience":"a","algorithms":["ES256"]}"#))
                .contains("issuers.issuer")
        );
        let local = r#"{"development":true,"origin":"http://127.0.0.1:2","issuers":[{"issuer":"http://127.0.0.1:1","audience":["a"],"algorithms":["ES256"]}]}"#;
        assert!(parse(local).is_ok());
        for origin in ["*", "null", "https://*.example", "https://a.example/"] {
            assert!(
                refused(with(&format!(r#","allowed_origins":["{origin}"]"#))).contains("allowed_origins"),
                "{origin}"
            );
        }
    }

    #[test]
    fn secrets_and_key_sets_exclude_each_other() {
        let issuer =
            |more: &str| with_issuer(&format!(r#"{{"issuer":"https://i.example","audience":"a",{more}}}"#));
        assert!(issuer(r#""algorithms":["HS256"],"secret_binding":"S""#).is_ok());
        assert!(issuer(r#""algorithms":["ES256"],"jwks_uri":"https://i.example/jwks""#).is_ok());
        for odd in [
            r#""algorithms":["HS256"]"#,
            r#""algorithms":["ES256"],"secret_binding":"S""#,
            r#""algorithms":["HS256","ES256"],"secret_binding":"S""#,
            r#""algorithms":["HS256"],"secret_binding":"S","jwks_uri":"https://i.example/jwks""#,
            r#""algorithms":["HS256"],"secret_binding":"""#,
            r#""algorithms":["ES256"],"jwks_uri":"http://i.example/jwks""#,
            r#""algorithms":[]"#,
            r#""algorithms":["ES256"],"clock_tolerance_seconds":301"#,
            r#""algorithms":["ES256"],"clock_tolerance_seconds":-1"#,
        ] {
            assert!(issuer(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn an_issuer_stands_once_and_one_must_stand() {
        assert!(refused(with_issuer("")).contains("issuers"));
        assert!(refused(with_issuer(&format!("{ISSUER},{ISSUER}"))).contains("issuers"));
    }

    #[test]
    fn routes_are_checked() {
        for odd in [
            r#"{"path":"a"}"#,
            r#"{"path":"/a","credential":"maybe"}"#,
            r#"{"path":"/a","credential":"none","scopes":["x"]}"#,
            r#"{"path":"/a","credential":"forbidden","roles":["x"]}"#,
            r#"{"path":"/a","scopes":["x y"]}"#,
            r#"{"path":"/a","any_scope":[""]}"#,
            r#"{"path":"/a","issuers":["https://other.example"]}"#,
            r#"{"path":"/a","credentials":["cookie"]}"#,
            r#"{"path":"/a","credentials":["bearer","bearer"]}"#,
            r#"{"path":"/a","credentials":["basic"]}"#,
            r#"{"path":"/a","acr":["a\"b"]}"#,
            r#"{"path":"/a","claims":[{"claim":"x"}]}"#,
            r#"{"path":"/a","claims":[{"claim":"x","equals":1,"contains":1}]}"#,
            r#"{"path":"/a","claims":[{"claim":"","equals":1}]}"#,
            r#"{"path":"/a","claims":[{"claim":"x","one_of":[]}]}"#,
            r#"{"path":"/a","claims":[{"claim":"x","equals":9007199254740993}]}"#,
            r#"{"path":"/a","max_authentication_age_seconds":-1}"#,
        ] {
            assert!(with(&format!(r#","routes":[{odd}]"#)).is_err(), "{odd}");
        }
    }

    #[test]
    fn revocations_are_heard_of_within_bounds() {
        let table = |members: &str| with(&format!(r#","revocation":{{"binding":"R"{members}}}"#));
        let plain = table("").unwrap().revocation.unwrap();
        assert_eq!((plain.bounds.poll.0, plain.bounds.max_age.0), (5, 10));
        assert_eq!((plain.mode, plain.logout_path.as_str()), (Mode::FailClosed, "/backchannel-logout"));
        let logout = |members: &str| {
            table(&format!(r#","backchannel_logout":[{{"issuer":"https://i.example",{members}}}]"#))
        };
        assert_eq!(logout(r#""client_ids":["spa"]"#).unwrap().revocation.unwrap().logouts.len(), 1);
        assert!(logout(r#""client_ids":["spa"],"algorithms":["RS256"]"#).is_ok());
        for odd in
            [r#""client_ids":[]"#, r#""client_ids":["a"],"algorithms":["HS256"]"#, r#""client_ids":[""]"#]
        {
            assert!(refused(logout(odd)).contains("revocation.backchannel_logout"), "{odd}");
        }
        for (odd, at) in [
            (r#","poll_seconds":0"#, "poll_seconds"),
            (r#","poll_seconds":61"#, "poll_seconds"),
            (r#","max_age_seconds":4"#, "max_age_seconds"),
            (r#","max_token_life_seconds":59"#, "max_token_life_seconds"),
            (r#","admin_secret_binding":"""#, "admin_secret_binding"),
            (r#","backchannel_logout_path":"logout""#, "backchannel_logout_path"),
            (r#","backchannel_logout_path":"/a/*""#, "backchannel_logout_path"),
            (
                r#","backchannel_logout":[{"issuer":"https://j.example","client_ids":["a"]}]"#,
                "backchannel_logout",
            ),
            (r#","mode":"fail""#, "fail"),
        ] {
            assert!(refused(table(odd)).contains(at), "{odd}");
        }
    }

    #[test]
    fn a_route_says_how_much_it_asks_of_the_revocations() {
        let mode = |members: &str| {
            let config = with(&format!(r#","revocation":{{"binding":"R"{members}}}]"#)).unwrap();
            config.routes[0].requirements.revocation
        };
        assert_eq!(mode(r#"},"routes":[{"path":"/a""#), Mode::FailClosed);
        assert_eq!(mode(r#","mode":"fail_open"},"routes":[{"path":"/a""#), Mode::FailOpen);
        assert_eq!(mode(r#"},"routes":[{"path":"/a","revocation":"per_request""#), Mode::PerRequest);
        assert_eq!(mode(r#"},"routes":[{"path":"/a","credential":"none""#), Mode::Off);
        let without = |mode| with(&format!(r#","routes":[{{"path":"/a","revocation":"{mode}"}}]"#));
        assert!(without("off").is_ok());
        assert!(refused(without("fail_open")).contains("routes.revocation"));
    }

    #[test]
    fn a_route_asks_for_more_than_scopes() {
        let text = r#","credentials":{"cookies":["t"]},"routes":[{"path":"/a","credential":"optional","credentials":["cookie","bearer"],"issuers":["https://i.example"],"any_scope":["a","b"],"roles":["r"],"claims":[{"claim":"/a/b","equals":{"x":[1]}},{"claim":"c","one_of":["d"]}],"max_authentication_age_seconds":60,"acr":["gold"],"amr":["otp"]}]"#;
        let config = with(text).unwrap();
        let wanted = &config.routes[0].requirements;
        assert_eq!((wanted.kinds.len(), wanted.claims.len(), wanted.scopes.any.len()), (2, 2, 2));
    }

    #[test]
    fn credentials_stand_where_they_can() {
        let is_ok = |table: &str| with(&format!(r#","credentials":{table}"#)).is_ok();
        assert!(is_ok(
            r#"{"headers":["Cf-Access-Jwt-Assertion"],"cookies":["CF_Authorization"],"websocket":true,"query":"access_token"}"#
        ));
        for odd in [
            r#"{"headers":["Authorization"]}"#,
            r#"{"headers":["x-edgeward-token"]}"#,
            r#"{"headers":["a b"]}"#,
            r#"{"cookies":["__Host-t"]}"#,
            r#"{"cookies":["a=b"]}"#,
            r#"{"query":""}"#,
            r#"{"other":1}"#,
        ] {
            assert!(!is_ok(odd), "{odd}");
        }
    }
}
