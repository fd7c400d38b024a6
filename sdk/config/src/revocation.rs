//! Where revocations are kept, how late they may be heard of, and who may write them.

use edgeward_core::{
    error::Error,
    gateway::{
        revocation::{Bounds, Mode},
        route,
    },
    jose::Algorithm,
    jwt::Policy,
    oauth::logout::token,
    time::Seconds,
};
use serde::Deserialize;

use crate::{Issuer, invalid};

/// The list of revocations.
#[derive(Debug)]
pub struct Revocation {
    /// The Durable Object namespace of this name keeps it.
    pub binding: String,
    /// How old a snapshot may be, and how long tokens live.
    pub bounds: Bounds,
    /// What a route asks of the list that does not say so itself.
    pub mode: Mode,
    /// The secret binding of this name holds the password of who may revoke by hand.
    pub admin_secret_binding: Option<String>,
    /// Where issuers send logout tokens.
    pub logout_path: String,
    /// Whose logout tokens are taken: what they must satisfy.
    pub logouts: Vec<Policy>,
}

/// The table `revocation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    binding: String,
    poll_seconds: Option<Seconds>,
    max_age_seconds: Option<Seconds>,
    max_token_life_seconds: Option<Seconds>,
    mode: Option<Mode>,
    admin_secret_binding: Option<String>,
    backchannel_logout_path: Option<String>,
    #[serde(default)]
    backchannel_logout: Vec<LogoutDocument>,
}

/// An issuer that sends logout tokens, and the clients it sends them for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogoutDocument {
    issuer: String,
    client_ids: Vec<String>,
    algorithms: Option<Vec<Algorithm>>,
}

const POLL_DEFAULT: Seconds = Seconds(5);
const POLL_MAX: Seconds = Seconds(60);
const AGE_MAX: Seconds = Seconds(3600);
const LIFE_DEFAULT: Seconds = Seconds(24 * 3600);
const LIFE_MIN: Seconds = Seconds(60);
const LIFE_MAX: Seconds = Seconds(90 * 24 * 3600);
const LOGOUT_PATH: &str = "/backchannel-logout";

impl Document {
    pub fn check(self, issuers: &[Issuer]) -> Result<Revocation, Error> {
        let bounds = self.bounds()?;
        let named = |name: &String| !name.is_empty();
        if !named(&self.binding) {
            return Err(invalid("revocation.binding"));
        }
        if !self.admin_secret_binding.iter().all(named) {
            return Err(invalid("revocation.admin_secret_binding"));
        }
        let logout_path = self.backchannel_logout_path.unwrap_or_else(|| LOGOUT_PATH.into());
        if !route::is_plain(&logout_path) {
            return Err(invalid("revocation.backchannel_logout_path"));
        }
        let logouts = self.backchannel_logout.into_iter().map(|logout| logout.check(issuers));
        Ok(Revocation {
            binding: self.binding,
            bounds,
            mode: self.mode.unwrap_or(Mode::FailClosed),
            admin_secret_binding: self.admin_secret_binding,
            logout_path,
            logouts: logouts.collect::<Result<_, _>>()?,
        })
    }

    fn bounds(&self) -> Result<Bounds, Error> {
        let poll = self.poll_seconds.unwrap_or(POLL_DEFAULT);
        let max_age = self.max_age_seconds.unwrap_or(Seconds(poll.0.saturating_mul(2)));
        let max_token_life = self.max_token_life_seconds.unwrap_or(LIFE_DEFAULT);
        if !(Seconds(1)..=POLL_MAX).contains(&poll) {
            return Err(invalid("revocation.poll_seconds"));
        }
        if !(poll..=AGE_MAX).contains(&max_age) {
            return Err(invalid("revocation.max_age_seconds"));
        }
        if !(LIFE_MIN..=LIFE_MAX).contains(&max_token_life) {
            return Err(invalid("revocation.max_token_life_seconds"));
        }
        Ok(Bounds { poll, max_age, max_token_life })
    }
}

impl LogoutDocument {
    fn check(self, issuers: &[Issuer]) -> Result<Policy, Error> {
        let at = || invalid("revocation.backchannel_logout");
        let issuer = issuers.iter().find(|issuer| issuer.policy.issuer == self.issuer).ok_or_else(at)?;
        let algorithms = self.algorithms.unwrap_or_else(|| issuer.policy.algorithms.clone());
        // The keys are those of the issuer's access tokens: a secret where those are secret.
        let symmetric = |algorithms: &[Algorithm]| algorithms.iter().any(|alg| alg.is_symmetric());
        if symmetric(&algorithms) != symmetric(&issuer.policy.algorithms) {
            return Err(at());
        }
        token::policy(self.issuer, self.client_ids, algorithms, issuer.policy.tolerance).map_err(|_| at())
    }
}
