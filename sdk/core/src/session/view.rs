//! The record as it was last seen, and how old its access tokens are.

use alloc::{string::String, vec::Vec};

use super::{Access, Millis, Record, Target, clock::Moment};

/// A wall clock that was set back by more than this tells nothing about what is older.
const ROUNDING: i64 = 5_000;

/// The record as it was last read or written here. No other text is ever expected of storage.
#[derive(Clone, Default, Hash)]
pub(super) struct View {
    pub text: Option<String>,
    pub record: Record,
    /// When each access token was asked for, counted as [`Moment::passed`].
    births: Vec<Millis>,
}

/// An access token and its age.
#[derive(Clone, Copy)]
pub(super) struct Aged<'a> {
    pub access: &'a Access,
    pub age: Millis,
}

impl View {
    /// Takes a record over. `own` is what was asked for here, and when; the age of what others asked
    /// for comes from the wall clock, once, because nothing else is shared.
    pub(super) fn replace(
        &mut self,
        text: Option<String>,
        record: Record,
        at: &Moment,
        own: Option<(&Target, Millis)>,
    ) {
        let access = record.grant.as_ref().map_or(&[][..], |grant| &grant.access);
        let refreshes = record.refresh_token().is_some();
        let mut births = Vec::with_capacity(access.len());
        for access in access {
            births.push(match own {
                Some((target, since)) if *target == access.target => since,
                _ => self.known(access).unwrap_or_else(|| at.passed - age(access, refreshes, at)),
            });
        }
        self.births = births;
        self.text = text;
        self.record = record;
    }

    /// The access token for a target.
    pub(super) fn find(&self, target: &Target, at: &Moment) -> Option<Aged<'_>> {
        let mut both = self.record.grant.as_ref()?.access.iter().zip(&self.births);
        let (access, birth) = both.find(|(access, _)| access.target == *target)?;
        Some(Aged { access, age: at.passed - *birth })
    }

    fn known(&self, access: &Access) -> Option<Millis> {
        let mut both = self.record.grant.as_ref()?.access.iter().zip(&self.births);
        both.find(|(known, _)| *known == access).map(|(_, birth)| *birth)
    }
}

impl Aged<'_> {
    pub(super) fn is_fresh(self, min_validity: Millis) -> bool {
        self.access.is_fresh(self.age, min_validity)
    }

    pub(super) fn is_valid(self) -> bool {
        self.access.is_valid(self.age)
    }

    /// How long until it is refreshed without being asked for; `None` for never, as for tokens that
    /// would do nothing but be refreshed.
    pub(super) fn early_in(self) -> Option<Millis> {
        let (lifetime, ahead) = (self.access.lifetime()?, self.access.ahead()?);
        let long = ahead.0 < lifetime.0 / 2;
        self.access.left(self.age).filter(|_| long).map(|left| left - ahead)
    }

    /// How long until it is no longer handed out.
    pub(super) fn fresh_in(self) -> Option<Millis> {
        self.access.left(self.age).map(|left| left - self.access.margin())
    }
}

/// How old an access token of somebody else's is.
fn age(access: &Access, refreshes: bool, at: &Moment) -> Millis {
    let age = at.wall.0.saturating_sub(access.received_at.0);
    match access.lifetime() {
        // The clock was set back since. It is refreshed at the first chance, and serves until then.
        Some(lifetime) if refreshes && age < -ROUNDING => lifetime - access.margin(),
        _ => Millis(age.max(0)),
    }
}
