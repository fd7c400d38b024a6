//! Which pages may read an endpoint's answers. Never with credentials: a browser adds no Bearer token by itself.
//!
//! Source: [Fetch §3.2](https://fetch.spec.whatwg.org/#http-cors-protocol)

use crate::http::Outgoing;

/// Which pages may read the answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// All.
    #[default]
    Any,
    /// Those of these origins: scheme, host and port.
    Origins(Vec<String>),
    /// None.
    None,
}

const METHODS: &str = "GET,POST,PUT,PATCH,DELETE,OPTIONS";
const HEADERS: &str = "Content-Type,Authorization";

/// The answer to a preflight: 204.
#[must_use]
pub fn preflight(cors: &Cors, origin: Option<&str>) -> Outgoing {
    dress(Outgoing { status: 204, headers: Vec::new(), body: String::new() }, cors, origin)
}

/// Adds the headers for CORS that an answer does not have.
#[must_use]
pub fn dress(mut answer: Outgoing, cors: &Cors, origin: Option<&str>) -> Outgoing {
    for (name, value) in headers(cors, origin) {
        // What caches are told to look at may be told twice; everything else is the handler's word.
        if name == "vary" || answer.header(name).is_none() {
            answer = answer.with(name, value);
        }
    }
    answer
}

/// The headers for CORS of an answer to a page.
#[must_use]
pub fn headers(cors: &Cors, origin: Option<&str>) -> Vec<(&'static str, String)> {
    let allowed = match cors {
        Cors::None => return Vec::new(),
        Cors::Any => Some("*"),
        Cors::Origins(origins) => origin.filter(|origin| origins.iter().any(|known| known == origin)),
    };
    let vary = matches!(cors, Cors::Origins(_)).then(|| ("vary", "Origin".to_owned()));
    let allowed = allowed.map(|origin| {
        [
            ("access-control-allow-origin", origin.to_owned()),
            ("access-control-allow-methods", METHODS.to_owned()),
            ("access-control-allow-headers", HEADERS.to_owned()),
        ]
    });
    vary.into_iter().chain(allowed.into_iter().flatten()).collect()
}
