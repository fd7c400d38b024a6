//! Token buckets that a deployment shares: one Durable Object for each.

use edgeward_core::{Code, Error, time::Seconds};
use wasm_bindgen::JsValue;

use crate::{durable::Durable, fetch::Limits};

/// The path to take one from a bucket.
pub const TAKE: &str = "/take";
/// The path to fill a bucket.
pub const REFILL: &str = "/refill";

const LIMITS: Limits = Limits { deadline_millis: 2_000, body_bytes: 64 };

/// How much a bucket holds, and how long an empty one takes to fill, as it is told to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many may come at once.
    pub requests: u32,
    /// Milliseconds.
    pub window_millis: u32,
}

impl Size {
    /// Reads what [`Size::written`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (requests, window) = text.split_once(' ')?;
        Some(Self { requests: requests.parse().ok()?, window_millis: window.parse().ok()? })
    }

    /// The notation.
    #[must_use]
    pub fn written(self) -> String {
        format!("{} {}", self.requests, self.window_millis)
    }
}

/// The buckets of one namespace.
pub struct Buckets {
    namespace: JsValue,
}

impl Buckets {
    /// The buckets behind a binding of a Worker's environment; `None` if it is no namespace.
    #[must_use]
    pub fn bound(binding: JsValue) -> Option<Self> {
        Durable::bound(binding.clone(), "").map(|_| Self { namespace: binding })
    }

    /// Takes one; `Some` tells how long to wait.
    ///
    /// # Errors
    /// `store_unavailable`: it cannot be counted.
    pub async fn take(&self, name: String, size: Size) -> Result<Option<Seconds>, Error> {
        let answer = self.call(name, TAKE, &size.written()).await?;
        let wait = std::str::from_utf8(&answer).ok().and_then(|text| text.parse().ok());
        match wait {
            Some(0) => Ok(None),
            Some(wait) => Ok(Some(Seconds(wait))),
            None => Err(Code::StoreUnavailable.into()),
        }
    }

    /// Fills one.
    ///
    /// # Errors
    /// As [`Buckets::take`].
    pub async fn refill(&self, name: String) -> Result<(), Error> {
        self.call(name, REFILL, "").await.map(drop)
    }

    async fn call(&self, name: String, path: &str, body: &str) -> Result<Vec<u8>, Error> {
        let object = Durable::bound(self.namespace.clone(), name).ok_or(Code::StoreUnavailable)?;
        object.call(path, body, LIMITS).await.map_err(|_| Code::StoreUnavailable.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_as_it_was_written() {
        let size = Size { requests: 10, window_millis: u32::MAX };
        assert_eq!(Size::parse(&size.written()), Some(size));
        for odd in ["", "1", "1 ", "1 -1", "1 2 3", "x 1"] {
            assert_eq!(Size::parse(odd), None, "{odd}");
        }
    }
}
