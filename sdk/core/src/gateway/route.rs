//! Which rule a path falls under.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    gateway::policy::Requirements,
};

/// A rule for the paths that a pattern covers.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pattern: Pattern,
    /// What it asks for.
    pub requirements: Requirements,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(String),
    /// The path itself and everything below it.
    Below(String),
}

impl Route {
    /// A rule for `pattern`: a path, or a path that ends in `/*` for itself and all below.
    ///
    /// # Errors
    /// `config_invalid` at `routes.path`: it does not begin with `/`, has `*` elsewhere, or is not
    /// in normal form, so that it would never match.
    pub fn new(pattern: &str, requirements: Requirements) -> Result<Self, Error> {
        let (path, below) = pattern.strip_suffix("/*").map_or((pattern, false), |path| (path, true));
        let rooted = path.starts_with('/') || (below && path.is_empty());
        if !rooted || !(path.is_empty() || is_plain(path)) {
            return Err(Error::at(Code::ConfigInvalid, "routes.path"));
        }
        let pattern = if below { Pattern::Below(path.into()) } else { Pattern::Exactly(path.into()) };
        Ok(Self { pattern, requirements })
    }

    /// The pattern as the configuration writes it.
    #[must_use]
    pub fn pattern(&self) -> String {
        match &self.pattern {
            Pattern::Exactly(own) => own.clone(),
            Pattern::Below(own) => [own, "/*"].concat(),
        }
    }

    fn covers(&self, path: &str) -> bool {
        match &self.pattern {
            Pattern::Exactly(own) => own == path,
            Pattern::Below(own) => {
                path.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}

/// The first route that covers `path`; `None` where none does.
///
/// # Errors
/// `path_ambiguous`: an origin that decodes or normalises the path could take it for one under
/// another rule, as `/public/..%2fadmin`.
pub fn find<'a>(routes: &'a [Route], path: &str) -> Result<Option<&'a Route>, Error> {
    let find = |path: &str| routes.iter().find(|route| route.covers(path));
    let (as_written, as_meant) = (find(path), find(&normal_form(path)));
    if as_written == as_meant { Ok(as_written) } else { Err(Code::PathAmbiguous.into()) }
}

/// Whether a path from the configuration is in normal form, so that a request can match it.
#[must_use]
pub fn is_plain(path: &str) -> bool {
    normal_form(path) == path && !path.contains(['*', '?', '#'])
}

/// How often a path is decoded before it is taken as it stands.
const MAX_DECODING: usize = 4;

/// The path as the most generous origin reads it: decoded over and over, backslashes as slashes,
/// parameters after `;` dropped, repeated slashes and dot segments resolved, no slash at the end.
fn normal_form(path: &str) -> String {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..MAX_DECODING {
        let decoded = percent_decoded(&bytes);
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    let text = String::from_utf8_lossy(&bytes).replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split('/').map(|segment| segment.split(';').next().unwrap_or_default()) {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    ["/", &segments.join("/")].concat()
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let pair = (hex(tail.first()), hex(tail.get(1)));
        if let (b'%', (Some(high), Some(low))) = (first, pair) {
            decoded.extend(u8::try_from(high * 16 + low));
            rest = tail.get(2..).unwrap_or_default();
        } else {
            decoded.push(*first);
            rest = tail;
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::policy::CredentialRule;

    fn routes() -> Vec<Route> {
        let route = |path, credential| {
            Route::new(path, Requirements { credential, ..Requirements::default() }).unwrap()
        };
        vec![
            route("/public/*", CredentialRule::None),
            route("/admin/*", CredentialRule::Required),
            route("/exact", CredentialRule::None),
        ]
    }

    fn rule(path: &str) -> Result<Option<CredentialRule>, Error> {
        find(&routes(), path).map(|route| route.map(|route| route.requirements.credential))
    }

    #[test]
    fn the_first_route_that_covers_a_path_decides() {
        assert_eq!(rule("/public"), Ok(Some(CredentialRule::None)));
        assert_eq!(rule("/public/a/b"), Ok(Some(CredentialRule::None)));
        assert_eq!(rule("/exact"), Ok(Some(CredentialRule::None)));
        assert_eq!(rule("/admin/x"), Ok(Some(CredentialRule::Required)));
        for path in ["/", "/publicity", "/exact/x", "/administrator", "/PUBLIC/x"] {
            assert_eq!(rule(path), Ok(None), "{path}");
        }
    }

    #[test]
    fn a_path_with_two_readings_under_two_rules_is_refused() {
        for path in [
            "/public/..%2fadmin",
            "/public/%2e%2e/admin",
            "/public/..;/admin/x",
            "/public/%252e%252e%252fadmin",
            "//admin/x",
            "/x/..%5cadmin",
            "/x\\..\\admin",
            "/admin%2fx",
            "/%61dmin/x",
            "/public/%2e./admin",
            "/admin;a=b/x",
            "/./admin",
            "/exact/",
        ] {
            assert_eq!(rule(path), Err(Code::PathAmbiguous.into()), "{path}");
        }
    }

    #[test]
    fn two_readings_under_one_rule_pass() {
        for path in [
            "/public/a%2Fb",
            "/public//a",
            "/public/a;v=1",
            "/public/a%20b%",
            "/public/%ff%zz",
            "/public/a/%2e%2e/b",
        ] {
            assert_eq!(rule(path), Ok(Some(CredentialRule::None)), "{path}");
        }
        assert_eq!(rule("/a%2Fb/%2e"), Ok(None));
    }

    #[test]
    fn patterns_are_paths_in_normal_form() {
        let is_ok = |pattern| Route::new(pattern, Requirements::default()).is_ok();
        for pattern in ["/", "/*", "/a", "/a/*", "/a/b.c/*"] {
            assert_eq!(Route::new(pattern, Requirements::default()).unwrap().pattern(), pattern);
        }
        for odd in
            ["", "*", "a", "a/*", "/a*", "/*/a", "/a//b", "/a/../b", "/%61", "/a?b", "/a/./*", "/a//*", "/a/"]
        {
            assert!(!is_ok(odd), "{odd}");
        }
    }
}
