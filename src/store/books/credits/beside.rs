//! What a proof of the ledger looks at beside the chain of entries: keys, lots and moves, and the file's own structure.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};

use super::verify::Fault;
use crate::store::books::migrations::MIGRATIONS;

pub(super) fn last_is_missing(connection: &Connection, last: i64) -> rusqlite::Result<Option<Fault>> {
    let highest: Option<i64> = connection
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'credit_entries'", [], |row| row.get(0))
        .optional()?;
    Ok(highest.filter(|highest| *highest > last).map(|_| Fault::Missing { number: last + 1 }))
}

pub(super) fn first_bad_lot(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    let moves: Option<(i64, i64, i64)> = connection
        .query_row(
            "SELECT number, amount, moved FROM (
                SELECT number, credit_entries.amount, coalesce(sum(credit_moves.amount), 0) AS moved
                FROM credit_entries LEFT JOIN credit_moves ON entry = number GROUP BY number
             ) WHERE amount <> moved ORDER BY number LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    if let Some((number, amount, moved)) = moves {
        return Ok(Some(Fault::Moves { number, amount, moved }));
    }
    if let Some(fault) = first_strange_lot(connection)? {
        return Ok(Some(fault));
    }
    if let Some(fault) = first_strange_move(connection)? {
        return Ok(Some(fault));
    }
    let lot: Option<(i64, i64, i64)> = connection
        .query_row(
            "SELECT entry, remaining, moved FROM credit_lots LEFT JOIN (
                SELECT lot, sum(amount) AS moved FROM credit_moves GROUP BY lot
             ) ON lot = entry WHERE remaining <> coalesce(moved, 0) ORDER BY entry LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(lot.map(|(number, says, sum)| Fault::Lot { number, says, sum }))
}

/// Which entries make a lot of their own: what is put back goes into the lots that it came from.
const GIVES: &str = "credit_entries.amount > 0 AND type NOT IN ('reversal', 'refund')";

/// Each move is the way of its entry's amount, within its account, in a lot that was there by then; what gives fills its own.
fn first_strange_move(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    connection
        .query_row(
            &format!(
                "SELECT entry, lot FROM (
                    SELECT credit_moves.entry, lot,
                           number IS NOT NULL AND credit_lots.account IS NOT NULL
                           AND credit_lots.account = credit_entries.account AND lot <= number
                           AND (credit_moves.amount > 0) = (credit_entries.amount > 0)
                           AND (lot = number) = ({GIVES}) AS fits
                    FROM credit_moves LEFT JOIN credit_entries ON number = credit_moves.entry
                    LEFT JOIN credit_lots ON credit_lots.entry = lot
                 ) WHERE NOT fits ORDER BY entry, lot LIMIT 1"
            ),
            [],
            |row| Ok(Fault::OtherMove { number: row.get(0)?, lot: row.get(1)? }),
        )
        .optional()
}

/// Each entry that gives has a lot, no other has one, and it is its entry's account and expiry.
fn first_strange_lot(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    let missing = format!(
        "SELECT number FROM credit_entries LEFT JOIN credit_lots ON entry = number
         WHERE (entry IS NOT NULL) <> ({GIVES}) OR credit_lots.account <> credit_entries.account
            OR (entry IS NOT NULL AND credit_lots.expires_at IS NOT credit_entries.expires_at)
         ORDER BY number LIMIT 1"
    );
    let of_none = "SELECT entry FROM credit_lots NOT INDEXED LEFT JOIN credit_entries ON number = entry
                   WHERE number IS NULL ORDER BY entry LIMIT 1";
    for sql in [missing.as_str(), of_none] {
        let number = connection.query_row(sql, [], |row| row.get(0)).optional()?;
        if let Some(number) = number {
            return Ok(Some(Fault::OtherLot { number }));
        }
    }
    Ok(None)
}

/// Reads the table itself: the index over keys may be what is damaged.
pub(super) fn first_key_used_twice(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    connection
        .query_row(
            "SELECT max(number) AS again, min(number), key FROM credit_entries NOT INDEXED
             GROUP BY key HAVING count(*) > 1 ORDER BY again LIMIT 1",
            [],
            |row| Ok(Fault::Key { number: row.get(0)?, first: row.get(1)?, key: row.get(2)? }),
        )
        .optional()
}

/// What the database says of its own pages, indexes and rules in the ledger's tables.
pub(super) fn first_bad_structure(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    const TABLES: [&str; 9] = [
        "credit_accounts",
        "credit_entries",
        "credit_lots",
        "credit_moves",
        "credit_days",
        "credit_openings",
        "credit_refund_facts",
        "credit_refunds",
        "credit_proposals",
    ];
    for table in TABLES {
        let sql = format!("PRAGMA integrity_check('{table}')");
        let what: String = connection.query_row(&sql, [], |row| row.get(0))?;
        if what != "ok" {
            return Ok(Some(Fault::Damaged { what }));
        }
    }
    Ok(None)
}

/// A trigger of the ledger's tables that is not there, was changed, or is one too many: held against those of new books.
pub(super) fn first_missing_guard(connection: &Connection) -> rusqlite::Result<Option<Fault>> {
    let new = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        new.execute_batch(migration)?;
    }
    let (expected, found) = (guards(&new)?, guards(connection)?);
    let differs = |rule: &&String| expected.get(*rule) != found.get(*rule);
    let rule = expected.keys().chain(found.keys()).find(differs);
    Ok(rule.map(|rule| Fault::Unguarded { rule: rule.clone() }))
}

fn guards(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name GLOB 'credit_*'")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
