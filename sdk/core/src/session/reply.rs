//! What the token endpoint said: keep it, try again, or end the session.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

use super::{
    Action, Late, Machine, Millis, Origin, Reason, Record, Renewed, Step,
    attempt::Attempt,
    clock::Moment,
    forget,
    run::{Failed, Look, Phase, Sent, Swapping, Then},
};
use crate::{
    error::{Code, Error},
    json::Value,
    oauth::Failure,
};

/// How long a refused refresh token is given to turn out to be somebody else's old one.
const PAUSE: Millis = Millis(250);
/// A storage that refuses so often in a row refuses for ever.
pub(super) const MAX_LOSSES: u8 = 16;

/// What has become of the session that a refresh was sent for.
enum Fate {
    /// It is as it was.
    Same,
    /// Its refresh token is another one: somebody else has refreshed, or signed in again.
    Superseded,
    /// It was ended because the refresh token was refused, which was this answer's doing.
    Misjudged,
    /// Somebody signed out, or somebody else signed in.
    Gone,
}

impl Machine {
    pub(super) fn replied(
        &mut self,
        step: Step,
        result: Result<Box<Renewed>, Failure>,
        at: &Moment,
        out: &mut Vec<Action>,
    ) {
        let sent = match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Sending(own, sent) if own == step => sent,
            other => return self.phase = other,
        };
        match result {
            Ok(renewed) => self.keep(sent, renewed, at, out),
            Err(failure) if is_terminal(&failure) => self.phase = Phase::Confirming(sent, Look::First),
            Err(failure) => self.failed(sent, Failed(failure), at, out),
        }
    }

    /// Puts what came into the record, if the session that it belongs to is still there.
    fn keep(&mut self, sent: Box<Sent>, renewed: Box<Renewed>, at: &Moment, out: &mut Vec<Action>) {
        let fate = self.fate(&sent);
        let base = match (&fate, &self.view.record.grant) {
            (Fate::Same, Some(grant)) => grant,
            (Fate::Misjudged, _) => &sent.grant,
            (Fate::Superseded, _) => return self.decide(at, out),
            _ => return self.too_late(renewed, out),
        };
        if !is_of(base.subject.as_deref(), &renewed) {
            revoke(&renewed, out);
            let failed = Failed(Error::at(Code::TokenClaimInvalid, "sub").into());
            return self.swap(self.view.record.with(None), Then::Release(sent, failed));
        }
        let grant = Arc::new(base.renewed(&sent.target, &renewed, sent.wall));
        match self.view.record.commit(sent.generation, grant) {
            Some(next) => self.swap(next, Then::Commit(sent, renewed)),
            None => self.too_late(renewed, out),
        }
    }

    fn fate(&self, sent: &Sent) -> Fate {
        let record = &self.view.record;
        if record.signed_out > sent.generation {
            return Fate::Gone;
        }
        match &record.grant {
            None if record.ended == Some(Reason::Revoked) => Fate::Misjudged,
            None => Fate::Gone,
            Some(grant) if grant.refresh_token.as_ref() == Some(&sent.refresh_token) => Fate::Same,
            Some(grant) if grant.subject == sent.grant.subject => Fate::Superseded,
            Some(_) => Fate::Gone,
        }
    }

    fn too_late(&mut self, renewed: Box<Renewed>, out: &mut Vec<Action>) {
        self.finish(out);
        revoke(&renewed, out);
    }

    fn failed(&mut self, sent: Box<Sent>, failed: Failed, at: &Moment, out: &mut Vec<Action>) {
        if self.view.record.attempt.as_ref() != Some(&sent.attempt) {
            // Somebody else has gone on in the meantime.
            return self.decide(at, out);
        }
        if is_final(&failed.0) {
            let next = self.view.record.with(None);
            return self.swap(next, Then::Release(sent, failed));
        }
        let attempt = sent.attempt.failed(failed.0.retry_after, Self::spread(&sent), at.wall);
        let next = self.view.record.with(Some(attempt));
        self.swap(next, Then::Fail(sent, failed));
    }

    /// After a look at the record: a refresh token that was refused, and is still the one, is the end.
    pub(super) fn confirm(&mut self, sent: Box<Sent>, look: Look, at: &Moment, out: &mut Vec<Action>) {
        let record = &self.view.record;
        let same = record.refresh_token() == Some(sent.refresh_token.as_str());
        if !same || self.leaving() || !is_own(record.attempt.as_ref(), &sent) {
            return self.decide(at, out);
        }
        if look == Look::First {
            return self.phase = Phase::Pausing(at.monotonic + PAUSE, sent);
        }
        let next = record.end(Reason::Revoked);
        self.swap(next, Then::End(Some(sent)));
    }

    pub(super) fn look_again(&mut self, at: &Moment) {
        match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Pausing(until, sent) if at.monotonic >= until => {
                self.phase = Phase::Confirming(sent, Look::Second);
            }
            other => self.phase = other,
        }
    }

    /// A change of the run's came to its end.
    pub(super) fn swapped(&mut self, result: Result<(), Option<String>>, at: &Moment, out: &mut Vec<Action>) {
        let swapping = match core::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Swapping(swapping) => swapping,
            other => return self.phase = other,
        };
        // Two who claim at the same moment write the same text, and only one of them may send.
        let claims = matches!(swapping.then, Then::Claim(_));
        match result {
            Err(current)
                if self.losses < MAX_LOSSES && (claims || current.as_ref() != Some(&swapping.text)) =>
            {
                self.losses += 1;
                self.take_over(current, at);
                self.lost(swapping.then, at, out);
            }
            _ => {
                self.losses = 0;
                self.done(*swapping, at, out);
            }
        }
    }

    fn lost(&mut self, then: Then, at: &Moment, out: &mut Vec<Action>) {
        match then {
            Then::Claim(_) | Then::End(None) => self.decide(at, out),
            Then::End(Some(sent)) => self.confirm(sent, Look::Second, at, out),
            Then::Commit(sent, renewed) => self.keep(sent, renewed, at, out),
            Then::Fail(sent, failed) | Then::Release(sent, failed) => self.failed(sent, failed, at, out),
        }
    }

    fn done(&mut self, swapping: Swapping, at: &Moment, out: &mut Vec<Action>) {
        let Swapping { text, next, then, .. } = swapping;
        let own = match &then {
            Then::Commit(sent, _) => Some(&**sent),
            Then::Fail(_, Failed(failure)) => {
                self.fail(failure.clone(), Origin::Local);
                None
            }
            _ => None,
        };
        let before = self.replace(Some(text), next, own, at);
        match then {
            Then::Claim(_) if self.leaving() => self.finish(out),
            Then::Claim(target) => self.send(target, at, out),
            Then::Commit(sent, _) => {
                self.settled(&before, Origin::Local, out);
                forget(&mut self.wanted, |target| *target == sent.target);
                self.deliver(&sent.target, at, out);
            }
            Then::Fail(..) => {
                self.finish(out);
                self.phase = Phase::Waiting;
            }
            Then::Release(sent, Failed(failure)) => {
                self.finish(out);
                forget(&mut self.wanted, |target| *target == sent.target);
                self.refuse(Some(&sent.target), &failure, out);
            }
            Then::End(refused) => {
                let origin = if refused.is_some() { Origin::Server } else { Origin::Local };
                self.settled(&before, origin, out);
            }
        }
    }

    /// After a commit: the lock goes first, so that nothing that follows can hold it up.
    fn settled(&mut self, before: &Record, origin: Origin, out: &mut Vec<Action>) {
        self.finish(out);
        out.push(Action::Announce { generation: self.view.record.generation });
        if !self.leaving() {
            self.notice_change(before, origin);
        }
    }
}

pub(super) fn revoke(renewed: &Renewed, out: &mut Vec<Action>) {
    let tokens = &renewed.tokens;
    let late =
        Late { refresh_token: tokens.refresh_token.clone(), access_token: tokens.access_token.clone() };
    out.push(Action::Revoke(Box::new(late)));
}

/// Whether a refresh token was refused, by what the server was understood to say. A failing server
/// says many things.
///
/// Source: [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)
fn is_terminal(failure: &Failure) -> bool {
    let named = failure.oauth.as_ref().map_or("", |oauth| oauth.error.as_str());
    failure.status.is_none_or(|status| status < 500 && status != 429)
        && matches!(named, "invalid_grant" | "invalid_client" | "unauthorized_client")
}

/// Whether the same request is refused again. What is no OAuth error may come from anybody on the
/// way: a portal that wants a click, a proxy that is overloaded.
fn is_final(failure: &Failure) -> bool {
    failure.oauth.is_some()
        && failure.error.code != Code::ServerUnavailable
        && failure.status.is_none_or(|status| status < 500 && status != 429)
}

/// Whether the attempt in the record is the one of this request, or none.
fn is_own(attempt: Option<&Attempt>, sent: &Sent) -> bool {
    attempt.is_none_or(|attempt| *attempt == sent.attempt || !attempt.stage.is_sent())
}

/// A refresh must not change whose session it is
/// ([OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)).
fn is_of(subject: Option<&str>, renewed: &Renewed) -> bool {
    let Some(claims) = &renewed.claims else { return true };
    subject.is_none() || claims.get("sub").and_then(Value::as_str) == subject
}
