//! Nonces that servers want to see in proofs, as a client keeps them.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::Response,
};

/// How many origins' nonces are kept.
const MAX_ORIGINS: usize = 32;
/// How long a nonce may be, in bytes.
const MAX_NONCE: usize = 1024;

/// The newest nonce of each origin: of the 32 that were heard of last.
///
/// A nonce of one server means nothing to another.
///
/// Source: [RFC 9449 §8.2 and §9](https://www.rfc-editor.org/rfc/rfc9449#section-8.2)
#[derive(Clone, Debug, Default)]
pub struct ServerNonces(Vec<(String, String)>);

impl ServerNonces {
    /// The nonce for a request to this address.
    #[must_use]
    pub fn of(&self, url: &str) -> Option<&str> {
        let origin = origin(url);
        self.0.iter().find(|(own, _)| own == origin).map(|(_, nonce)| nonce.as_str())
    }

    /// Keeps the nonce that an answer brings, whatever its status.
    pub fn learn(&mut self, url: &str, response: &Response) {
        let Some(nonce) = nonce(response) else { return };
        let origin = origin(url);
        self.0.retain(|(own, _)| own != origin);
        self.0.truncate(MAX_ORIGINS - 1);
        self.0.insert(0, (origin.into(), nonce.into()));
    }

    /// Learns from the answer to a request that went out with the nonce `sent`. `true`: the server
    /// refused the proof for its nonce alone, and has given another; the request is worth one more
    /// try.
    ///
    /// # Errors
    /// `dpop_nonce_hidden`: it demands a nonce, and a page may not see which one, because the
    /// server does not expose the header to other origins.
    ///
    /// Source: [RFC 9449 §8 and §9](https://www.rfc-editor.org/rfc/rfc9449#section-8)
    pub fn demands_another(
        &mut self,
        url: &str,
        response: &Response,
        sent: Option<&str>,
    ) -> Result<bool, Error> {
        self.learn(url, response);
        if !is_demand(response) {
            return Ok(false);
        }
        match nonce(response) {
            // The same nonce again would be refused again.
            Some(nonce) => Ok(sent != Some(nonce)),
            None => Err(Error::at(Code::DpopNonceHidden, "dpop-nonce")),
        }
    }
}

/// An authorization server says `use_dpop_nonce` in the body of a 400 or 401, a resource in the
/// challenge of a 401. A page may not see the challenge: then a 401 without reason that brings a
/// nonce is taken for a demand.
fn is_demand(response: &Response) -> bool {
    let says = |text: &[u8], word: &str| text.windows(word.len()).any(|window| window == word.as_bytes());
    let demands = |text: &[u8]| says(text, "\"use_dpop_nonce\"");
    let mut challenges = response.headers.iter().filter(|(name, _)| name == "www-authenticate").peekable();
    let is_bare = challenges.peek().is_none() && !says(&response.body, "\"error\"");
    match response.status {
        400 => demands(&response.body),
        401 => {
            demands(&response.body)
                || challenges.any(|(_, value)| demands(value.as_bytes()))
                || (is_bare && nonce(response).is_some())
        }
        _ => false,
    }
}

/// Source: [RFC 9449 §8.1](https://www.rfc-editor.org/rfc/rfc9449#section-8.1)
fn nonce(response: &Response) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\');
    response
        .header("dpop-nonce")
        .filter(|nonce| (1..=MAX_NONCE).contains(&nonce.len()) && nonce.bytes().all(plain))
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let length = url.get(start..).and_then(|rest| rest.find(['/', '?', '#']));
    length.and_then(|length| url.get(..start + length)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://a.example/token";

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Response { status, headers, body: body.into() }
    }

    #[test]
    fn the_newest_nonce_of_an_origin_counts() {
        let mut nonces = ServerNonces::default();
        for nonce in ["one", "two"] {
            nonces.learn(URL, &answer(200, &[("dpop-nonce", nonce)], ""));
        }
        nonces.learn("https://a.example?x", &answer(200, &[], ""));
        assert_eq!(nonces.of("https://a.example/other?x=1"), Some("two"));
        assert_eq!(nonces.of("https://a.example"), Some("two"));
        for other in ["https://a.example:8443/token", "http://a.example/token", "https://b.example/token", ""]
        {
            assert_eq!(nonces.of(other), None, "{other}");
        }
    }

    #[test]
    fn few_origins_are_kept() {
        let mut nonces = ServerNonces::default();
        let url = |number: usize| format!("https://{number}.example/");
        for number in 0..100 {
            nonces.learn(&url(number), &answer(200, &[("dpop-nonce", "n")], ""));
        }
        assert_eq!(
            (nonces.of(&url(99)), nonces.of(&url(68)), nonces.of(&url(67))),
            (Some("n"), Some("n"), None)
        );
    }

    #[test]
    fn a_demand_is_met_once_as_in_the_examples_of_rfc_9449() {
        let nonce = ("dpop-nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v");
        let token = answer(
            400,
            &[nonce],
            r#"{"error": "use_dpop_nonce", "error_description": "Authorization server requires nonce in DPoP proof"}"#,
        );
        let challenge = r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#;
        let resource = answer(401, &[("www-authenticate", challenge), nonce], "");
        for response in [token, resource] {
            let mut nonces = ServerNonces::default();
            assert_eq!(nonces.demands_another(URL, &response, None), Ok(true));
            assert_eq!(nonces.of(URL), Some(nonce.1));
            assert_eq!(nonces.demands_another(URL, &response, Some("old")), Ok(true));
            assert_eq!(nonces.demands_another(URL, &response, Some(nonce.1)), Ok(false));
        }
    }

    #[test]
    fn a_demand_that_hides_its_nonce_is_an_error_of_its_own() {
        let mut nonces = ServerNonces::default();
        let hidden = Err(Error::at(Code::DpopNonceHidden, "dpop-nonce"));
        let body = r#"{"error":"use_dpop_nonce"}"#;
        assert_eq!(nonces.demands_another(URL, &answer(400, &[], body), None), hidden);
        for odd in ["", "a b", "a\"b", "\u{e9}", &"x".repeat(MAX_NONCE + 1)] {
            let response = answer(400, &[("dpop-nonce", odd)], body);
            assert_eq!(nonces.demands_another(URL, &response, None), hidden, "{odd}");
        }
        assert_eq!(nonces.of(URL), None);
    }

    #[test]
    fn other_answers_demand_nothing() {
        let mut nonces = ServerNonces::default();
        for (status, body) in [
            (400, r#"{"error":"invalid_grant","error_description":"not use_dpop_nonce"}"#),
            (401, r#"{"error":"invalid_client"}"#),
            (200, r#"{"error":"use_dpop_nonce"}"#),
            (500, r#"{"error":"use_dpop_nonce"}"#),
        ] {
            let response = answer(status, &[("dpop-nonce", "n")], body);
            assert_eq!(nonces.demands_another(URL, &response, None), Ok(false), "{status} {body}");
        }
        // Without a challenge that can be seen, the nonce itself is the reason.
        assert_eq!(
            nonces.demands_another(URL, &answer(401, &[("dpop-nonce", "m")], ""), Some("n")),
            Ok(true)
        );
        assert_eq!(
            nonces.demands_another(URL, &answer(401, &[("dpop-nonce", "m")], ""), Some("m")),
            Ok(false)
        );
        assert_eq!(nonces.demands_another(URL, &answer(401, &[], ""), None), Ok(false));
        let challenge = ("www-authenticate", r#"DPoP error="invalid_token""#);
        assert_eq!(nonces.demands_another(URL, &answer(401, &[challenge], ""), None), Ok(false));
    }
}
