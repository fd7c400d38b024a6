//! How a change becomes true: all of it and its answer at one moment, or nothing.

use super::Context;
use crate::{
    failure::Failure,
    operations::shape::Shape,
    store::{Refused, Statement},
};

impl Context<'_> {
    /// Makes a change: runs its statements as one batch, the last one of the operation, and gives its answer.
    /// `None`: a [`guard`](crate::store::guard) or a constraint broke it off, and nothing has happened.
    ///
    /// The answer is an argument, since what a caller may ask for again has to be kept in the batch
    /// that makes it true. What the answer says beside it, such as cookies, is set before.
    ///
    /// # Errors
    /// `store_unavailable`
    pub async fn commit<T: Shape + Clone>(
        &self,
        mut statements: Vec<Statement>,
        answer: T,
    ) -> Result<Option<T>, Failure> {
        statements.extend(self.keep(answer.clone().write())?);
        match self.store().batch(statements).await {
            Ok(_) => Ok(Some(answer)),
            Err(Refused::Constraint) => Ok(None),
            Err(Refused::Unavailable) => Err(Refused::Unavailable.into()),
        }
    }
}
