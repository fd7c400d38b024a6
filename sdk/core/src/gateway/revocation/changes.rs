//! What a poll asks and what it brings.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::Mark;
use crate::time::UnixSeconds;

/// How many entries one answer holds at most.
pub const PAGE: usize = 4096;

/// How far a feed has come: every change of an entry takes the next number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub i64);

/// Which feed the numbers belong to. A feed whose storage was lost begins anew under another id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedId(pub String);

/// Asks a feed for what has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The feed that was heard last; empty before the first answer.
    pub feed: FeedId,
    /// Everything up to here is known.
    pub since: Version,
}

/// One entry of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Mark, i64, i64)", into = "(Mark, i64, i64)")]
pub struct Entry {
    /// What it is about.
    pub mark: Mark,
    /// Tokens that were issued, or whose holder signed in, earlier than this are refused.
    pub before: UnixSeconds,
    /// From here on no token can be affected any more.
    pub expires: UnixSeconds,
}

impl From<(Mark, i64, i64)> for Entry {
    fn from((mark, before, expires): (Mark, i64, i64)) -> Self {
        Self { mark, before: UnixSeconds(before), expires: UnixSeconds(expires) }
    }
}

impl From<Entry> for (Mark, i64, i64) {
    fn from(entry: Entry) -> Self {
        (entry.mark, entry.before.0, entry.expires.0)
    }
}

/// What a feed answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The feed.
    pub feed: FeedId,
    /// The entries are all that changed after this version.
    pub since: Version,
    /// And up to this one.
    pub until: Version,
    /// Whether there are more after that.
    pub more: bool,
    /// The entries, as they are now; at most [`PAGE`].
    pub entries: Vec<Entry>,
}

/// Adds entries to a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Write {
    /// The entries. One that the feed has already only becomes stricter.
    pub entries: Vec<Entry>,
    /// What makes the write happen once: it is refused while the feed remembers it.
    pub once: Option<Once>,
}

/// Something that happens once, and how long that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Once {
    /// What.
    pub mark: Mark,
    /// Until when it is remembered.
    pub expires: UnixSeconds,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// The entries are in the feed.
    Done,
    /// It has happened before; nothing was changed.
    Repeated,
    /// The feed holds as many entries as it may; nothing was changed.
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_short_and_come_back_as_they_were() {
        let entry = Entry {
            mark: Mark::subject("https://i", "ada"),
            before: UnixSeconds(1_800_000_000),
            expires: UnixSeconds(1_800_090_000),
        };
        let changes = Changes {
            feed: FeedId("f".into()),
            since: Version(0),
            until: Version(1),
            more: false,
            entries: Vec::from([entry]),
        };
        let text = serde_json::to_string(&changes).unwrap();
        assert_eq!(
            text,
            r#"{"feed":"f","since":0,"until":1,"more":false,"entries":[["FrHXIe-_LhY_rSf3xQX0-pYgthAzsViQBk5pCnooGsQ",1800000000,1800090000]]}"#
        );
        assert_eq!(serde_json::from_str::<Changes>(&text).unwrap(), changes);
    }
}
