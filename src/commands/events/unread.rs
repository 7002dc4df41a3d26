//! What payments were for, read where their events don't say it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::store::books::Books;
use crate::store::mirror::{Mirror, Page, Unread};
use crate::stripe::{Reader, segment};

/// How many failed events are looked at.
const FAILURES: usize = 1_000;

/// Reads what is missing to book what failed events tell of, and puts it into the mirror. Returns how much that was; what
/// Stripe no longer has is passed over. `now` stands in for Stripe's clock where an answer has none.
///
/// # Errors
/// What Stripe or the disk refuses.
pub async fn read_unread(
    reader: &Reader,
    books: &mut Books,
    mirror: &mut Mirror,
    now: Timestamp,
) -> anyhow::Result<usize> {
    let unread = mirror.unread(books, FAILURES)?;
    read_each(reader, books, mirror, &unread, now).await
}

/// The same of what is named.
///
/// # Errors
/// As [`read_unread`].
pub async fn read_each(
    reader: &Reader,
    books: &mut Books,
    mirror: &mut Mirror,
    unread: &[Unread],
    now: Timestamp,
) -> anyhow::Result<usize> {
    let mut read = 0;
    for unread in unread {
        let found = match unread {
            Unread::Lines { route, kind, id } => lines(reader, route, kind, id).await,
            Unread::Price(id) => price(reader, id).await,
        };
        let (kind, object, fetched_at) = match found {
            Ok(found) => found,
            Err(error) if error.is_missing() => continue,
            Err(error) => return Err(error.into()),
        };
        let fetched_at = fetched_at.unwrap_or(now);
        let objects = std::slice::from_ref(&object);
        mirror.put_snapshots(books, Page { kind, objects, fetched_at, cursor: None })?;
        read += 1;
    }
    Ok(read)
}

type Found = Result<(&'static str, Value, Option<Timestamp>), crate::stripe::StripeError>;

async fn lines(reader: &Reader, route: &str, kind: &'static str, id: &str) -> Found {
    let mut pages = reader.pages(&route.replace("{}", &segment(id).to_string()), &Value::Null);
    let mut lines = Vec::new();
    while let Some(page) = pages.next().await? {
        lines.extend(page);
    }
    let list = json!({"id": id, "object": kind, "data": lines, "has_more": false});
    Ok((kind, list, pages.answered_at()))
}

async fn price(reader: &Reader, id: &str) -> Found {
    let fetched = reader.fetch_object(&format!("/v1/prices/{}", segment(id))).await?;
    Ok(("price", fetched.object, fetched.at))
}
