//! One request, and what the gateway calls it by.

use edgeward_core::{base64url, gateway::forward::way};
use edgeward_host::{clock::Instant, random};

use super::passage::{self, Fields};

/// A request on its way through the gateway.
pub struct Call<'r> {
    /// The request as it came.
    pub request: &'r web_sys::Request,
    /// Its absolute address.
    pub url: String,
    /// Its method, as it was sent.
    pub method: String,
    /// Its id: Cloudflare's ray where there is one, so that it is found in both logs.
    pub id: String,
    /// Its header fields.
    pub fields: Fields,
    since: Instant,
}

impl<'r> Call<'r> {
    /// Takes a request up; the clock runs from here.
    pub fn begin(request: &'r web_sys::Request) -> Self {
        let since = Instant::now();
        let passage::Told { method, url, fields } = passage::request(request);
        let own = || base64url::encode(&random::bytes::<12>().unwrap_or_default());
        let id = way::ray(fields.get("cf-ray")).map_or_else(own, Into::into);
        Self { request, url, method, id, fields, since }
    }

    /// What it wants: path and query.
    pub fn target(&self) -> &str {
        self.split().1
    }

    /// What it wants, without the query.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or("/")
    }

    /// Whom it asks: host, and port if one was named.
    pub fn host(&self) -> &str {
        self.split().0
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &str {
        self.url.split_once("://").map_or("https", |(scheme, _)| scheme)
    }

    /// Whether it asks for something without a wish to change it.
    pub fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// Milliseconds since it was taken up. workerd's clock stands still while code runs and moves
    /// on when something is waited for: this is the time that was spent waiting.
    pub fn millis(&self) -> i64 {
        self.since.elapsed_millis()
    }

    fn split(&self) -> (&str, &str) {
        let after_scheme = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        after_scheme.find('/').and_then(|at| after_scheme.split_at_checked(at)).unwrap_or((after_scheme, "/"))
    }
}
