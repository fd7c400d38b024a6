//! Tokens that must no longer pass although they have not expired.
//!
//! A feed in one place holds cut-off times for subjects and sessions, and the ids of single tokens.
//! Every isolate keeps a [`Snapshot`] of it, polls only what has changed, and decides in place: the
//! way of a request has no further request in it, unless its route asks for that.
//!
//! The feed only grows stricter: a cut-off never moves to an earlier time, and nothing is taken
//! back before no token can be affected any more. So snapshots can be merged in any order, as often
//! as one likes, and a lost or a late answer does no harm.

mod changes;
mod feed;
mod mark;
mod mode;
mod order;
mod snapshot;

pub use changes::{Changes, Entry, FeedId, Once, PAGE, Question, Version, Write, Written};
pub use feed::{Action, Bounds, Feed, Input, Own, POLL_DEADLINE, POLL_LOST};
pub use mark::{Facts, Mark};
pub use mode::Mode;
pub use order::{Order, Target, after};
pub use snapshot::{MAX_ENTRIES, Snapshot};

#[cfg(test)]
mod properties;
