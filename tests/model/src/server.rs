//! An authorization server that rotates refresh tokens.

/// What it does with a refresh token that was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// It revokes the family.
    Strict,
    /// It gives the same token again as long as that was not used, and revokes the family otherwise.
    Replay,
}

/// The server: one family of tokens for each sign-in.
#[derive(Clone, Debug, Hash)]
pub struct Server {
    /// What it does with used tokens.
    pub policy: Policy,
    /// The families.
    pub families: Vec<Family>,
    issued: u32,
}

/// The tokens of one sign-in.
#[derive(Clone, Debug, Hash)]
pub struct Family {
    /// Whose.
    pub subject: &'static str,
    /// The number of the refresh token that was not used yet.
    pub current: u32,
    /// Whether all of them are worth nothing.
    pub revoked: bool,
    /// Whether it was revoked because a used token came again.
    pub stolen: bool,
}

impl Server {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, families: Vec::new(), issued: 0 }
    }

    /// A sign-in: the names of its refresh token and its access token.
    pub(crate) fn sign_in(&mut self, subject: &'static str) -> (String, String) {
        self.families.push(Family { subject, current: 0, revoked: false, stolen: false });
        let family = self.families.len() - 1;
        (format!("r{family}.0"), self.access(family))
    }

    /// A refresh: the names of the next refresh token and of an access token. `None`: `invalid_grant`.
    pub(crate) fn refresh(&mut self, refresh_token: &str) -> Option<(String, String)> {
        let (at, number) = name(refresh_token)?;
        let family = self.families.get_mut(at)?;
        if family.revoked {
            return None;
        }
        let again = self.policy == Policy::Replay && number + 1 == family.current;
        if number == family.current {
            family.current += 1;
        } else if !again {
            family.revoked = true;
            family.stolen = true;
            return None;
        }
        let next = format!("r{at}.{}", family.current);
        Some((next, self.access(at)))
    }

    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(family) = family(token).and_then(|at| self.families.get_mut(at)) {
            family.revoked = true;
        }
    }

    /// Whether a refresh token is the one that was not used yet, or is as good as that.
    pub(crate) fn is_live(&self, refresh_token: &str) -> bool {
        name(refresh_token).is_some_and(|(at, number)| {
            self.families.get(at).is_some_and(|family| {
                let again = self.policy == Policy::Replay && number + 1 == family.current;
                !family.revoked && (again || family.current == number)
            })
        })
    }

    fn access(&mut self, family: usize) -> String {
        self.issued += 1;
        format!("a{family}.{}", self.issued)
    }
}

/// The family that a token belongs to.
pub(crate) fn family(token: &str) -> Option<usize> {
    name(token).map(|(family, _)| family)
}

fn name(token: &str) -> Option<(usize, u32)> {
    let (family, number) = token.get(1..)?.split_once('.')?;
    Some((family.parse().ok()?, number.parse().ok()?))
}
