//! What objects say of subjects, on its way into the books.
//!
//! A mirror that is made anew says nothing to the books before it is whole: it keeps what it learns in a table of its own.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::billing::projection::SubjectLink;
use crate::store::books::{Books, LinkOrigin};

/// What objects say, by their ids; `None` says nothing.
pub(super) type Learnt = HashMap<String, Option<SubjectLink>>;

/// How many are noted in one transaction.
const AT_ONCE: usize = 5_000;

/// Notes in the books what is news there.
pub(super) fn note(books: &Books, learnt: Learnt) -> anyhow::Result<()> {
    let mut news = Vec::new();
    for (id, link) in learnt {
        if !books.has_link(&id, link.as_ref())? {
            news.push((id, link));
        }
    }
    if news.is_empty() {
        return Ok(());
    }
    let links: Vec<_> = news.iter().map(|(id, link)| (LinkOrigin::Object(id), link.clone())).collect();
    books.note_links(&links)
}

/// From now on the file keeps what is learnt.
pub(super) fn keep_from_now(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE links (id TEXT PRIMARY KEY, subject TEXT, customer TEXT, at INTEGER) STRICT, WITHOUT ROWID",
    )
}

pub(super) fn are_kept(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM main.sqlite_schema WHERE name = 'links'")?.exists([])
}

pub(super) fn keep(connection: &Connection, learnt: Learnt) -> rusqlite::Result<()> {
    for (id, link) in learnt {
        let (subject, customer, at) = match link {
            Some(SubjectLink { subject, customer, at }) => (Some(subject), Some(customer), Some(at)),
            None => (None, None, None),
        };
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO links (id, subject, customer, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((id, subject, customer, at))?;
    }
    Ok(())
}

/// Notes in the books what the attached file `fresh` kept, some at a time.
pub(super) fn note_kept(connection: &Connection, books: &Books) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let kept: Vec<(String, Option<SubjectLink>)> = connection
            .prepare_cached(
                "SELECT id, subject, customer, at FROM fresh.links WHERE id > ?1 ORDER BY id LIMIT ?2",
            )?
            .query_map((&after, i64::try_from(AT_ONCE)?), |row| {
                let subject: Option<String> = row.get(1)?;
                let link = match subject {
                    Some(subject) => Some(SubjectLink { subject, customer: row.get(2)?, at: row.get(3)? }),
                    None => None,
                };
                Ok((row.get(0)?, link))
            })?
            .collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = kept.last() else { return Ok(()) };
        after.clone_from(last);
        note(books, kept.into_iter().collect())?;
    }
}
