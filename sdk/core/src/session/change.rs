//! Sign-in, sign-out and news about the user: changes of the record that no refresh holds up.

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::hash::{Hash, Hasher};

use super::{
    Action, Answer, EventKind, Grant, Late, Machine, Origin, Reason, Record, Ticket, clock::Moment,
    reply::MAX_LOSSES,
};
use crate::{
    error::Code,
    json::{Map, Value},
    oauth::Failure,
};

/// A change that is to be made.
#[derive(Clone)]
pub(super) enum Change {
    SignIn {
        ticket: Ticket,
        grant: Arc<Grant>,
        began: u64,
    },
    /// Without a ticket, a sign-out that was undone is done again.
    SignOut {
        ticket: Option<Ticket>,
        reason: Reason,
    },
    User {
        ticket: Ticket,
        claims: Map,
    },
}

impl Machine {
    /// Whether a sign-out is on its way: here, the session is over.
    pub(super) fn leaving(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::SignOut { .. }))
    }

    pub(super) fn sign_out(&mut self, ticket: Ticket, reason: Reason, out: &mut Vec<Action>) {
        self.refuse(None, &Code::SessionChanged.into(), out);
        self.changes.push(Change::SignOut { ticket: Some(ticket), reason });
    }

    /// The text that the next change makes, and the one that it replaces.
    pub(super) fn next_change(&mut self, out: &mut Vec<Action>) -> Option<(String, Option<String>)> {
        while self.ready && !self.changes.is_empty() {
            match self.changes.first()?.next(&self.view.record) {
                Ok(next) => {
                    let text = next.to_text();
                    self.changing = Some(next);
                    return Some((text, self.view.text.clone()));
                }
                Err(code) => refuse(self.changes.remove(0), code.into(), out),
            }
        }
        None
    }

    /// A change came to its end.
    pub(super) fn changed(&mut self, result: Result<(), Option<String>>, at: &Moment, out: &mut Vec<Action>) {
        let Some(next) = self.changing.take() else { return };
        let text = next.to_text();
        match result {
            Err(current) if current.as_ref() != Some(&text) => {
                self.losses = self.losses.saturating_add(1);
                self.take_over(current, at);
                if self.losses > MAX_LOSSES {
                    self.losses = 0;
                    refuse(self.changes.remove(0), Code::StorageUnavailable.into(), out);
                }
            }
            _ => {
                self.losses = 0;
                let change = self.changes.remove(0);
                let before = self.replace(Some(text), next, None, at);
                out.push(Action::Announce { generation: self.view.record.generation });
                self.changed_by(change, before, out);
            }
        }
    }

    fn changed_by(&mut self, change: Change, before: Record, out: &mut Vec<Action>) {
        let again = before.grant.is_some() && self.view.record.subject() == before.subject();
        let (ticket, answer) = match change {
            Change::SignIn { ticket, .. } => {
                if again {
                    self.forced.clear();
                    self.tell(EventKind::SignedIn, Origin::Local);
                }
                (Some(ticket), Answer::SignedIn)
            }
            Change::SignOut { ticket: None, .. } => return,
            Change::SignOut { ticket, .. } => (ticket, Answer::SignedOut(before.grant.clone())),
            Change::User { ticket, .. } => (Some(ticket), Answer::UserUpdated),
        };
        if !(again && matches!(answer, Answer::SignedIn)) {
            self.notice_change(&before, Origin::Local);
        }
        out.extend(ticket.map(|ticket| Action::Answer { ticket, result: Ok(Box::new(answer)) }));
    }
}

impl Change {
    /// The record after the change.
    fn next(&self, record: &Record) -> Result<Record, Code> {
        match self {
            Self::SignIn { grant, began, .. } => {
                record.commit(*began, Arc::clone(grant)).ok_or(Code::SessionChanged)
            }
            Self::SignOut { reason, .. } => Ok(record.sign_out(*reason)),
            Self::User { claims, .. } => {
                let grant = record.grant.clone().ok_or(Code::SessionMissing)?;
                if claims.get("sub").and_then(Value::as_str) != grant.subject.as_deref() {
                    return Err(Code::SessionChanged);
                }
                let grant = Some(Arc::new(Grant { claims: claims.clone(), ..(*grant).clone() }));
                Ok(Record { generation: record.generation + 1, grant, ..record.clone() })
            }
        }
    }
}

/// Answers a change that is not made. The tokens of a sign-in that came too late are revoked.
fn refuse(change: Change, failure: Failure, out: &mut Vec<Action>) {
    let ticket = match change {
        Change::SignIn { ticket, grant, .. } => {
            let access_token = grant.access.first().map(|access| access.token.clone()).unwrap_or_default();
            out.push(Action::Revoke(Box::new(Late {
                refresh_token: grant.refresh_token.clone(),
                access_token,
            })));
            Some(ticket)
        }
        Change::SignOut { ticket, .. } => ticket,
        Change::User { ticket, .. } => Some(ticket),
    };
    out.extend(ticket.map(|ticket| Action::Answer { ticket, result: Err(failure) }));
}

/// For telling states apart; what is left out may differ between equal hashes.
impl Hash for Change {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::SignIn { ticket, grant, began } => (0, ticket, grant, began).hash(state),
            Self::SignOut { ticket, reason } => (1, ticket, reason).hash(state),
            Self::User { ticket, .. } => (2, ticket).hash(state),
        }
    }
}
