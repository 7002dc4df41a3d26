//! What waits for a moment, and from when on anything can be due.

use rusqlite::OptionalExtension as _;

use super::Database;
use super::objects::{Object, read, row};
use crate::emulator::kind::Kind;

/// The key of what follows the emulator's own time.
const KEY: &str = "due";

/// The key of what follows a test clock.
const CLOCK_KEY: &str = "clock_due";

/// No moment is later: its text is the last.
const LAST: i64 = 999_999_999_999;

/// Nothing that follows the emulator's own time waits for an earlier moment, as the file was in one version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quiet {
    version: i64,
    until: i64,
}

impl Database {
    /// Whether an object of these kinds waits for a moment until `now`, by the emulator's own time. The next moment is
    /// remembered, so that this costs next to nothing while it is not there yet.
    ///
    /// # Errors
    /// SQLite's.
    pub fn is_due(&self, kinds: &[Kind], now: i64) -> rusqlite::Result<bool> {
        let version = self.data_version()?;
        let known = self.quiet.get().filter(|known| known.version == version);
        if known.is_some_and(|known| now < known.until) {
            return Ok(false);
        }
        let until = self.next_due(kinds, None, LAST)?.map_or(i64::MAX, |(_, moment)| moment);
        self.quiet.set(Some(Quiet { version, until }));
        Ok(until <= now)
    }

    /// A key was added: there may be an earlier moment now. One that is undone only has the next look be in vain.
    pub(super) fn note_due(&self, name: &str, value: &str) {
        if name == KEY {
            let earlier =
                self.quiet.get().map(|known| Quiet { until: known.until.min(moment_of(value)), ..known });
            self.quiet.set(earlier);
        }
    }

    /// The object that waits for the earliest moment until `until`, and that moment: of those that follow a test clock,
    /// or else of those that follow the emulator's own time. At the same moment, kinds come in the given order, then
    /// the older object.
    ///
    /// # Errors
    /// SQLite's.
    pub fn next_due(
        &self,
        kinds: &[Kind],
        clock: Option<&str>,
        until: i64,
    ) -> rusqlite::Result<Option<(Object, i64)>> {
        let mut first: Option<(Object, i64)> = None;
        for kind in kinds {
            let (name, low) = due_key(clock, 0);
            let (_, high) = due_key(clock, until);
            let found = self
                .connection
                .prepare_cached(
                    "SELECT id, body, hidden, value FROM keys JOIN objects USING (seq)
                     WHERE keys.kind = ?1 AND name = ?2 AND value BETWEEN ?3 AND ?4 ORDER BY value, seq LIMIT 1",
                )?
                .query_row((kind.name(), name, low, high), |found| {
                    Ok((row(found)?, found.get::<_, String>(3)?))
                })
                .optional()?;
            let Some((row, value)) = found else { continue };
            let moment = moment_of(&value);
            if first.as_ref().is_none_or(|(_, earliest)| moment < *earliest) {
                first = Some((read(*kind, row)?, moment));
            }
        }
        Ok(first)
    }
}

/// The name and value of the key by which an object that waits for a moment is found. Values sort as their moments do.
pub fn due_key(clock: Option<&str>, moment: i64) -> (&'static str, String) {
    match clock {
        None => (KEY, format!("{moment:012}")),
        Some(clock) => (CLOCK_KEY, format!("{clock} {moment:012}")),
    }
}

fn moment_of(value: &str) -> i64 {
    value.rsplit(' ').next().and_then(|moment| moment.parse().ok()).unwrap_or_default()
}
