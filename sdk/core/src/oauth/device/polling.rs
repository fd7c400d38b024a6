//! Asking again and again until the user has decided.
//!
//! Source: [RFC 8628 §3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).

use core::time::Duration;

use super::Authorization;
use crate::{
    error::{Code, Error},
    http::Response,
    oauth::{
        Failure,
        token::{self, TokenType, Tokens},
    },
};

/// What `slow_down` adds to the interval, for good.
const SLOWER: Duration = Duration::from_secs(5);
/// The longest wait after failures.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// What has happened.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// The wait is over.
    Woke,
    /// The server has answered.
    Answered(&'a Response),
    /// There is no answer.
    Failed(Error),
}

/// What to do next.
pub enum Step {
    /// Wait, and say [`Event::Woke`].
    Wait(Duration),
    /// Ask with [`token_request`](super::token_request), and say what came of it.
    Ask,
    /// It is over.
    Finished(Result<Tokens, Failure>),
}

/// Asks for the token of a device until the user has decided or the time is over. Who cancels drops
/// it: nothing is left behind at the server but a code that expires.
#[derive(Clone, Debug)]
pub struct Polling {
    interval: Duration,
    expires: Duration,
    failures: u32,
    asked: TokenType,
}

impl Polling {
    /// Begins, with a first step. `asked` is [`TokenType::Dpop`] if proofs go with the questions.
    #[must_use]
    pub fn new(authorization: &Authorization, asked: TokenType) -> (Self, Step) {
        let span = |seconds: u32| Duration::from_secs(seconds.into());
        let interval = span(authorization.interval.0);
        let expires = span(authorization.expires_in.0);
        (Self { interval, expires, failures: 0, asked }, Step::Wait(interval.min(expires)))
    }

    /// Takes what has happened, `passed` after the server gave the codes, by a clock that does not
    /// jump.
    ///
    /// # Errors
    /// [`Step::Finished`] holds them. `access_denied`: the user refused. `device_expired`: the user
    /// was too late. Others as [`token::response`]; but as long as there is time, no outage ends it.
    pub fn handle(&mut self, event: Event<'_>, passed: Duration) -> Step {
        match event {
            Event::Woke if passed >= self.expires => Step::Finished(Err(Code::DeviceExpired.into())),
            Event::Woke => Step::Ask,
            Event::Failed(error) => self.failed(error.into(), passed),
            Event::Answered(response) => match token::response(response, self.asked) {
                Ok(tokens) => Step::Finished(Ok(tokens)),
                Err(failure) => self.refused(failure, passed),
            },
        }
    }

    fn refused(&mut self, mut failure: Failure, passed: Duration) -> Step {
        let name = failure.oauth.as_ref().map(|oauth| oauth.error.as_str());
        match name {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval = self.interval.saturating_add(SLOWER),
            Some("expired_token") => {
                failure.error = Code::DeviceExpired.into();
                return Step::Finished(Err(failure));
            }
            _ => return self.failed(failure, passed),
        }
        self.failures = 0;
        self.wait(self.interval, passed)
    }

    /// Each failure in a row doubles the wait.
    fn failed(&mut self, failure: Failure, passed: Duration) -> Step {
        if !is_outage(failure.error.code) {
            return Step::Finished(Err(failure));
        }
        self.failures = self.failures.saturating_add(1);
        let doubled = self.interval.saturating_mul(2_u32.saturating_pow(self.failures));
        let asked = Duration::from_secs(failure.retry_after.map_or(0, |wait| wait.0.into()));
        self.wait(doubled.min(MAX_BACKOFF).max(self.interval).max(asked), passed)
    }

    /// Nobody waits past the end.
    fn wait(&self, wait: Duration, passed: Duration) -> Step {
        Step::Wait(wait.min(self.expires.saturating_sub(passed)))
    }
}

const fn is_outage(code: Code) -> bool {
    matches!(
        code,
        Code::NetworkFailed | Code::NetworkTimeout | Code::ServerRateLimited | Code::ServerUnavailable
    )
}
