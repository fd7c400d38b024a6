//! A user's API tokens, page by page.

use edgeward_core::{
    base64url,
    json::{self, Value, object},
};

use super::{Direction, Entry, Listed, OrderBy, Which, statements::scopes};
use crate::{
    context::Context,
    failure::Failure,
    store::{Row, Statement, sql},
};

/// How many come at a time unless it is said, and at most.
const USUAL: u32 = 50;
const MOST: u32 = 100;

/// Lists the caller's API tokens.
///
/// # Errors
/// `invalid_parameters` at `cursor`: it is none of a page in this order.
pub async fn list(context: &Context<'_>, which: Which) -> Result<Listed, Failure> {
    let order = (which.order_by.unwrap_or(OrderBy::CreatedAt), which.order.unwrap_or(Direction::Descending));
    let limit = which.limit.unwrap_or(USUAL).min(MOST);
    let after = which.cursor.as_ref().map(|cursor| Cursor::read(&cursor.0, order)).transpose()?;
    // One more tells whether there is another page.
    let statement = page(context.user()?, &which, order, after.as_ref(), limit.saturating_add(1));
    let mut rows = context.rows(statement).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor =
        rows.last().filter(|_| more).map(|row| Cursor::of(row).map(|cursor| cursor.write(order)));
    let next_cursor = next_cursor.transpose()?;
    Ok(Listed { tokens: rows.iter().map(entry).collect::<Result<_, Failure>>()?, next_cursor })
}

fn entry(row: &Row) -> Result<Entry, Failure> {
    Ok(Entry {
        id: row.text("id")?,
        name: row.text("name")?,
        scopes: scopes(row)?,
        created_at: row.instant("created_at")?,
        expires_at: row.optional_instant("expires_at")?,
        last_used_at: row.optional_instant("last_used_at")?,
    })
}

/// The last token of a page: what it is ordered by, and its id, since that may be the same of several.
struct Cursor {
    place: Value,
    id: String,
}

impl Cursor {
    fn of(row: &Row) -> Result<Self, Failure> {
        let place = row.0.get("place").cloned().unwrap_or(Value::Null);
        Ok(Self { place, id: row.text("id")? })
    }

    fn write(self, (by, direction): (OrderBy, Direction)) -> String {
        let members = vec![
            ("by", by.as_str().into()),
            ("order", direction.as_str().into()),
            ("place", self.place),
            ("id", self.id.into()),
        ];
        base64url::encode(object(members).to_text().as_bytes())
    }

    fn read(text: &str, (by, direction): (OrderBy, Direction)) -> Result<Self, Failure> {
        let wrong = || Failure::parameter("cursor");
        let bytes = base64url::decode(text).map_err(|_| wrong())?;
        let cursor = json::parse_object(&bytes).map_err(|_| wrong())?;
        let text = |name: &str| cursor.get(name).and_then(Value::as_str);
        let is_of_order = text("by") == Some(by.as_str()) && text("order") == Some(direction.as_str());
        let place = cursor.get("place").filter(|place| matches!(place, Value::String(_) | Value::Number(_)));
        match (place, text("id")) {
            (Some(place), Some(id)) if is_of_order => Ok(Self { place: place.clone(), id: id.into() }),
            _ => Err(wrong()),
        }
    }
}

/// The statement of a page, by what it is ordered by and in which direction.
macro_rules! page {
    ($place:literal, $after:literal, $direction:literal) => {
        concat!(
            "SELECT id, name, scopes, created_at, expires_at, last_used_at, ",
            $place,
            " AS place
               FROM edgeward_api_tokens
              WHERE user_id = ?1 AND (revoked_at IS NOT NULL) = ?2
                AND (?3 IS NULL OR name = ?3) AND (?4 IS NULL OR prefix = ?4)
                AND (?6 IS NULL OR (",
            $place,
            ", id) ",
            $after,
            " (?5, ?6))
              ORDER BY place ",
            $direction,
            ", id ",
            $direction,
            " LIMIT ?7"
        )
    };
    ($place:literal, $order:expr) => {
        match $order {
            Direction::Ascending => page!($place, ">", "ASC"),
            Direction::Descending => page!($place, "<", "DESC"),
        }
    };
}

fn page(
    user: &str,
    which: &Which,
    (by, direction): (OrderBy, Direction),
    after: Option<&Cursor>,
    limit: u32,
) -> Statement {
    // What is not there yet has a place all the same: -1 before every instant, or one after the last of `Date`.
    let text = match by {
        OrderBy::CreatedAt => page!("created_at", direction),
        OrderBy::Name => page!("name", direction),
        OrderBy::LastUsedAt => page!("coalesce(last_used_at, -1)", direction),
        OrderBy::ExpiresAt => page!("coalesce(expires_at, 8640000000000001)", direction),
        OrderBy::RevokedAt => page!("coalesce(revoked_at, 8640000000000001)", direction),
    };
    sql(
        text,
        [
            user.into(),
            which.revoked.unwrap_or(false).into(),
            which.name.as_ref().map(|name| name.0.clone()).into(),
            which.prefix.as_ref().map(|prefix| prefix.0.clone()).into(),
            after.map_or(Value::Null, |cursor| cursor.place.clone()),
            after.map(|cursor| cursor.id.clone()).into(),
            limit.into(),
        ],
    )
}
