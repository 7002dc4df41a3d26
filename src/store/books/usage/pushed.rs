//! How the records stand with Stripe: counted, listed, and added up by subject and time.

use rusqlite::{Row, params};

use super::push_tables::{PushState, Pushed, corrected};
use crate::store::books::Books;

/// How many records of a metric are in a state, and for which reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushCount {
    pub metric: String,
    pub state: PushState,
    pub error_code: Option<String>,
    pub records: i64,
    pub quantity: i64,
}

/// How values of many records become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adding {
    Sum,
    Count,
    /// The quantity of the latest.
    Last,
}

/// What is asked of the records of a metric. Seconds since 1970; `until` is no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared<'a> {
    pub metric: &'a str,
    pub adding: Adding,
    pub from: i64,
    pub until: i64,
    /// In stretches of so many seconds from `from` on.
    pub stretch: i64,
    pub subject: Option<&'a str>,
}

/// What records of one standing come to, of one subject in one stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub subject: String,
    /// Whom they were told of.
    pub customer: Option<String>,
    pub starts_at: i64,
    /// `None`: nobody has looked at them.
    pub state: Option<PushState>,
    pub error_code: Option<String>,
    pub value: i64,
    pub records: i64,
    /// The place of the latest of them among all: the second, then the number.
    pub latest: i64,
}

/// A record that Stripe doesn't have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPush {
    pub key: String,
    pub quantity: i64,
    /// `None`: nobody has looked at it.
    pub state: Option<PushState>,
    pub error: Option<String>,
}

/// What lists of pushed records read.
const COLUMNS: &str = "event.record, series.id, series.subject, series.metric, record.key, record.at, record.quantity,
    event.identifier, event.state, event.attempt, event.begun_at, event.streamed, target.customer, target.event_name,
    event.error_code, event.error,
    corrected.seq, corrected.quantity, pushed.state, pushed.begun_at, pushed.identifier";

const TABLES: &str = "meter_events AS event
    CROSS JOIN usage_records AS record ON record.seq = event.record
    CROSS JOIN usage_series AS series ON series.id = record.series
    LEFT JOIN meter_targets AS target ON target.id = event.target
    LEFT JOIN usage_records AS corrected ON corrected.seq = record.corrects
    LEFT JOIN meter_events AS pushed ON pushed.record = record.corrects";

impl Books {
    /// Records in a state, behind one of them, in their order; of these metrics alone, if any are named.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn pushes(
        &self,
        state: PushState,
        metrics: Option<&[&str]>,
        behind: i64,
        many: usize,
    ) -> anyhow::Result<Vec<Pushed>> {
        let metrics = metrics.map(|metrics| serde_json::Value::from(metrics).to_string());
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM {TABLES}
                     WHERE event.state = ?1 AND event.record > ?2
                        AND (?4 IS NULL OR series.metric IN (SELECT value FROM json_each(?4)))
                     ORDER BY event.record LIMIT ?3"
                ))?
                .query_map(params![state.name(), behind, many, metrics], pushed)?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        self.explain(read())
    }

    /// How many records were looked at and are not sent, except for what was refused or taken back.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn pushes_left(&self) -> anyhow::Result<i64> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT count(*) FROM meter_events WHERE state IN ('sending', 'waiting') AND state <> 'sent'",
                )?
                .query_row([], |row| row.get(0))
        };
        self.explain(read())
    }

    /// How many records are in which state, by metric.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn push_counts(&self) -> anyhow::Result<Vec<PushCount>> {
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT series.metric, event.state, event.error_code, count(*), sum(record.quantity)
                     FROM meter_events AS event
                     CROSS JOIN usage_records AS record ON record.seq = event.record
                     CROSS JOIN usage_series AS series ON series.id = record.series
                     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                )?
                .query_map([], |row| {
                    let state: String = row.get(1)?;
                    Ok(PushCount {
                        metric: row.get(0)?,
                        state: PushState::read(&state).unwrap_or(PushState::Unsure),
                        error_code: row.get(2)?,
                        records: row.get(3)?,
                        quantity: row.get(4)?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        self.explain(read())
    }

    /// What the records of a metric come to, by subject, time and standing.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn push_standings(&self, asked: Compared<'_>) -> anyhow::Result<Vec<Standing>> {
        let Compared { metric, adding, from, until, stretch, subject } = asked;
        // Of a group with one `max`, SQLite takes the other columns from the row that has it.
        let value = match adding {
            Adding::Sum => "sum(record.quantity)",
            Adding::Count => "count(*)",
            Adding::Last => "record.quantity",
        };
        let read = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT series.subject, target.customer, ?2 + (record.at - ?2) / ?4 * ?4, event.state,
                            event.error_code, {value}, count(*), max(record.at * 4294967296 + record.seq)
                     FROM usage_series AS series
                     CROSS JOIN usage_records AS record ON record.series = series.id
                     LEFT JOIN meter_events AS event ON event.record = record.seq
                     LEFT JOIN meter_targets AS target ON target.id = event.target
                     WHERE series.metric = ?1 AND record.at >= ?2 AND record.at < ?3
                        AND (?5 IS NULL OR series.subject = ?5)
                     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3"
                ))?
                .query_map(params![metric, from, until, stretch, subject], |row| {
                    let state: Option<String> = row.get(3)?;
                    Ok(Standing {
                        subject: row.get(0)?,
                        customer: row.get(1)?,
                        starts_at: row.get(2)?,
                        state: state.as_deref().and_then(PushState::read),
                        error_code: row.get(4)?,
                        value: row.get(5)?,
                        records: row.get(6)?,
                        latest: row.get(7)?,
                    })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        self.explain(read())
    }

    /// Keys of records of a subject that Stripe doesn't have, each with how it stands; the oldest first.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn missing_pushes(
        &self,
        asked: Compared<'_>,
        subject: &str,
        many: usize,
    ) -> anyhow::Result<Vec<MissingPush>> {
        let Compared { metric, from, until, .. } = asked;
        let read = || {
            self.connection
                .prepare_cached(
                    "SELECT record.key, record.quantity, event.state, event.error
                     FROM usage_series AS series
                     CROSS JOIN usage_records AS record ON record.series = series.id
                     LEFT JOIN meter_events AS event ON event.record = record.seq
                     WHERE series.metric = ?1 AND series.subject = ?2 AND record.at >= ?3 AND record.at < ?4
                        AND coalesce(event.state, '') NOT IN ('sent', 'canceled')
                     ORDER BY record.at, record.seq LIMIT ?5",
                )?
                .query_map(
                    params![metric, subject, from, until, i64::try_from(many).unwrap_or(i64::MAX)],
                    |row| {
                        let state: Option<String> = row.get(2)?;
                        Ok(MissingPush {
                            key: row.get(0)?,
                            quantity: row.get(1)?,
                            state: state.as_deref().and_then(PushState::read),
                            error: row.get(3)?,
                        })
                    },
                )?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        self.explain(read())
    }
}

fn pushed(row: &Row<'_>) -> rusqlite::Result<Pushed> {
    let state: String = row.get(8)?;
    Ok(Pushed {
        record: row.get(0)?,
        series: row.get(1)?,
        subject: row.get(2)?,
        metric: row.get(3)?,
        key: row.get(4)?,
        at: row.get(5)?,
        quantity: row.get(6)?,
        identifier: row.get(7)?,
        state: PushState::read(&state).unwrap_or(PushState::Unsure),
        attempt: row.get(9)?,
        begun_at: row.get(10)?,
        streamed: row.get(11)?,
        customer: row.get(12)?,
        event_name: row.get(13)?,
        error_code: row.get(14)?,
        error: row.get(15)?,
        corrects: corrected(row, 16)?,
    })
}
