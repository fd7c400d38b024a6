//! Carries out what machines ordered.

use std::sync::Arc;

use edgeward_core::{
    error::Code,
    oauth::{Failure, OauthError},
    session::{Input, Record, Renewed, Stage, Step},
};

use crate::{Broken, Effect, Flaw, Rule, World, world::renewed};

impl World {
    pub(crate) fn perform(&mut self, tab: usize, at: usize) -> Result<(), Broken> {
        match self.tabs[tab].effects.remove(at) {
            Effect::Read(step) => {
                let stored = self.seen();
                self.tabs[tab].effects.push(Effect::HasRead(step, stored));
                Ok(())
            }
            Effect::HasRead(step, stored) => self.tell(tab, Input::Read { step, stored }),
            Effect::Swap(step, expected, next) => self.swap(tab, step, expected, next),
            Effect::Write(step, next) => {
                self.write(next)?;
                self.tabs[tab].effects.push(Effect::Swapped(step, Ok(())));
                Ok(())
            }
            Effect::Swapped(step, result) => self.tell(tab, Input::Swapped { step, result }),
            Effect::Lock(step, _) => {
                let held = self.has_lock && (self.lock.is_none() || self.flaw == Some(Flaw::NoClaims));
                if held {
                    self.lock = Some(tab);
                }
                self.tell(tab, Input::Locked { step, held })
            }
            Effect::Refresh(step, mut sent, until) => match sent.answer.take() {
                None => {
                    sent.answer = Some(self.serve(&sent.refresh_token)?);
                    self.tabs[tab].effects.push(Effect::Refresh(step, sent, until));
                    Ok(())
                }
                Some(Some((refresh_token, access_token))) => {
                    self.reply(tab, step, Ok(renewed(refresh_token, access_token)))
                }
                Some(None) => self.reply(tab, step, Err(refusal())),
            },
        }
    }

    fn swap(&mut self, tab: usize, step: Step, expected: Option<String>, next: String) -> Result<(), Broken> {
        let done = self.seen() == expected || self.flaw == Some(Flaw::BlindWrites);
        let result = match (done, self.atomic) {
            _ if self.flaw == Some(Flaw::EarlyWord) && done => {
                self.tabs[tab].effects.push(Effect::Write(step, next));
                return self.tell(tab, Input::Swapped { step, result: Ok(()) });
            }
            (true, true) => {
                self.write(next)?;
                Ok(())
            }
            (true, false) => {
                self.tabs[tab].effects.push(Effect::Write(step, next));
                return Ok(());
            }
            (false, _) => Err(self.seen()),
        };
        self.tabs[tab].effects.push(Effect::Swapped(step, result));
        Ok(())
    }

    /// What storage seems to hold.
    fn seen(&self) -> Option<String> {
        let record = || self.record();
        match self.flaw {
            Some(Flaw::NoClaims) => Some(Record { attempt: None, ..record() }.to_text()),
            Some(Flaw::Impatient) => {
                let mut record = record();
                if let Some(attempt) =
                    record.attempt.as_mut().filter(|attempt| attempt.stage == Stage::Failed)
                {
                    attempt.until = self.now().wall;
                    attempt.starts.clear();
                }
                Some(record.to_text())
            }
            Some(Flaw::NoSubjects) => {
                let mut record = record();
                if let Some(grant) = &mut record.grant {
                    Arc::make_mut(grant).subject = None;
                }
                Some(record.to_text())
            }
            _ => self.stored.clone(),
        }
    }

    pub(crate) fn serve(&mut self, refresh_token: &str) -> Result<Option<(String, String)>, Broken> {
        let answer = self.server.refresh(refresh_token);
        let stolen = self.server.families.iter().any(|family| family.stolen);
        if stolen && !self.excused {
            return Err(Broken::new(
                Rule::Kept,
                "the server saw an old refresh token and revoked its family",
            ));
        }
        Ok(answer)
    }

    pub(crate) fn reply(
        &mut self,
        tab: usize,
        step: Step,
        result: Result<Box<Renewed>, Failure>,
    ) -> Result<(), Broken> {
        self.tell(tab, Input::Replied { step, result })
    }
}

pub(crate) fn refusal() -> Failure {
    let mut failure =
        OauthError::read("invalid_grant", None, None).map_or(Code::InvalidGrant.into(), Failure::from);
    failure.status = Some(400);
    failure
}
