//! What of the records was told to Stripe's meters: written down before the first request, so that nothing is told twice.

use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::push_tables::{Ended, Fate, MeterReport, PushState, Staged, Unpushed, corrected};
use crate::store::books::Books;

impl Books {
    /// The next records of a metric that nobody has looked at, and up to where that is then.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn unpushed(&self, metric: &str, many: usize) -> anyhow::Result<(Vec<Unpushed>, i64)> {
        let read = || -> rusqlite::Result<(Vec<Unpushed>, i64)> {
            let through = cursor(&self.connection, metric)?;
            let last: i64 = self
                .connection
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM usage_records")?
                .query_row([], |row| row.get(0))?;
            // In the order of the records, whatever else there are: the joins stay as they are written.
            let found: Vec<Unpushed> = self
                .connection
                .prepare_cached(
                    "SELECT record.seq, series.id, series.subject, record.at, record.quantity, record.key,
                            corrected.seq, corrected.quantity, event.state, event.begun_at, event.identifier
                     FROM usage_records AS record
                     CROSS JOIN usage_series AS series ON series.id = record.series
                     LEFT JOIN usage_records AS corrected ON corrected.seq = record.corrects
                     LEFT JOIN meter_events AS event ON event.record = record.corrects
                     WHERE record.seq > ?1 AND +series.metric = ?2 ORDER BY record.seq LIMIT ?3",
                )?
                .query_map(params![through, metric, i64::try_from(many).unwrap_or(i64::MAX)], unpushed)?
                .collect::<rusqlite::Result<_>>()?;
            let through = match found.last() {
                Some(record) if found.len() >= many => record.record,
                Some(record) => last.max(record.record),
                None => last,
            };
            Ok((found, through))
        };
        self.explain(read())
    }

    /// How many records of a metric nobody has looked at.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn unpushed_count(&self, metric: &str) -> anyhow::Result<i64> {
        let read = || {
            let through = cursor(&self.connection, metric)?;
            self.connection
                .prepare_cached(
                    "SELECT count(*) FROM usage_records AS record
                     CROSS JOIN usage_series AS series ON series.id = record.series
                     WHERE record.seq > ?1 AND +series.metric = ?2",
                )?
                .query_row((through, metric), |row| row.get(0))
        };
        self.explain(read())
    }

    /// Writes down what is to become of records, durably, and up to where all of the metric were looked at.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is written down.
    pub fn stage_pushes(
        &mut self,
        metric: &str,
        staged: &[Staged],
        through: i64,
        now: i64,
    ) -> anyhow::Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for Staged { record, series, identifier, fate } in staged {
                let (state, target, begun_at, error) = match fate {
                    Fate::Send { customer, event_name } => {
                        let target = target(&transaction, *series, customer, event_name)?;
                        (PushState::Sending, Some(target), Some(now), None)
                    }
                    Fate::Wait => (PushState::Waiting, None, None, None),
                    Fate::Reject { code, why } => (PushState::Rejected, None, None, Some((code, why))),
                    Fate::Cancel => (PushState::Canceled, None, None, None),
                };
                transaction
                    .prepare_cached(
                        "INSERT INTO meter_events (record, identifier, target, state, begun_at, error_code, error)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )?
                    .execute(params![
                        record,
                        identifier,
                        target,
                        state.name(),
                        begun_at,
                        error.map(|(code, _)| code),
                        error.map(|(_, why)| why)
                    ])?;
                // It takes the other one with it.
                if state == PushState::Canceled {
                    settle(&transaction, *record, &Ended::Canceled)?;
                }
            }
            transaction
                .prepare_cached(
                    "INSERT INTO meter_cursors (metric, through) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET through = max(through, ?2)",
                )?
                .execute((metric, through))?;
            transaction.commit()
        };
        let done = run();
        self.explain(done)
    }

    /// Writes down, durably, that records of these states are begun anew: under another identifier if one is given.
    ///
    /// # Errors
    /// If the file can't be written; then nothing is begun.
    pub fn begin_pushes_again(&mut self, staged: &[Staged], now: i64) -> anyhow::Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for Staged { record, series, identifier, fate } in staged {
                let Fate::Send { customer, event_name } = fate else { continue };
                let target = target(&transaction, *series, customer, event_name)?;
                transaction
                    .prepare_cached(
                        "UPDATE meter_events SET state = 'sending', identifier = ?2, target = ?3, begun_at = ?4,
                            attempt = attempt + 1, error_code = NULL, error = NULL WHERE record = ?1",
                    )?
                    .execute(params![record, identifier, target, now])?;
            }
            transaction.commit()
        };
        let done = run();
        self.explain(done)
    }

    /// Writes down, durably, that records whose attempt has no known end are sent once more. When that attempt was begun
    /// stays: from then on Stripe may forget them.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn attempt_again(&mut self, records: &[i64]) -> anyhow::Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for record in records {
                transaction
                    .prepare_cached("UPDATE meter_events SET attempt = attempt + 1 WHERE record = ?1")?
                    .execute([record])?;
            }
            transaction.commit()
        };
        let done = run();
        self.explain(done)
    }

    /// Writes down how attempts ended.
    ///
    /// # Errors
    /// If the file can't be written; then all of them count as begun.
    pub fn settle_pushes(&mut self, ended: &[(i64, Ended)]) -> anyhow::Result<()> {
        let mut run = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (record, ended) in ended {
                settle(&transaction, *record, ended)?;
            }
            transaction.commit()
        };
        let done = run();
        self.explain(done)
    }

    /// Has what was begun before a second, and whose end is not known, be sent no more.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn doubt_pushes(&mut self, before: i64) -> anyhow::Result<usize> {
        let run = || {
            self.connection
                .prepare_cached(
                    "UPDATE meter_events SET state = 'unsure' WHERE state = 'sending' AND begun_at < ?1",
                )?
                .execute([before])
        };
        self.explain(run())
    }

    /// Whether anything was ever begun to be sent: Stripe may have found it wrong afterwards.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn has_pushed(&self) -> anyhow::Result<bool> {
        let read = || self.connection.prepare_cached("SELECT 1 FROM meter_targets LIMIT 1")?.exists([]);
        self.explain(read())
    }

    /// When the newest report was made that is known, in seconds since 1970.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn newest_meter_report(&self) -> anyhow::Result<Option<i64>> {
        let read = || {
            self.connection
                .prepare_cached("SELECT max(created) FROM meter_reports")?
                .query_row([], |row| row.get(0))
        };
        self.explain(read())
    }

    /// Notes what Stripe found wrong, once: the events that it names are rejected, also those whose end was not known, and
    /// Stripe may remember their identifiers. How many of them were ours, and how many it did not name; `None` for a report
    /// that is known.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn note_meter_report(&mut self, report: &MeterReport) -> anyhow::Result<Option<(i64, i64)>> {
        let mut run = || -> rusqlite::Result<Option<(i64, i64)>> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let MeterReport { id, created, errors, named } = report;
            let number = i64::try_from(named.len()).unwrap_or(i64::MAX);
            let is_new = transaction
                .prepare_cached(
                    "INSERT INTO meter_reports (id, created, errors, named) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute((id, created, errors, number))?;
            if is_new == 0 {
                return Ok(None);
            }
            let mut ours = 0;
            for (identifier, code, why) in named {
                let record: Option<i64> = transaction
                    .prepare_cached(
                        "SELECT record FROM meter_events
                         WHERE identifier = ?1 AND state IN ('sent', 'sending', 'unsure')",
                    )?
                    .query_row([identifier], |row| row.get(0))
                    .optional()?;
                if let Some(record) = record {
                    let ended = Ended::Rejected { code: code.clone(), why: why.clone() };
                    settle(&transaction, record, &ended)?;
                    transaction
                        .prepare_cached("UPDATE meter_events SET streamed = 1 WHERE record = ?1")?
                        .execute([record])?;
                    ours += 1;
                }
            }
            transaction.commit()?;
            Ok(Some((ours, (errors - number).max(0))))
        };
        let done = run();
        self.explain(done)
    }
}

fn settle(connection: &Connection, record: i64, ended: &Ended) -> rusqlite::Result<()> {
    match ended {
        Ended::Sent { streamed } => connection
            .prepare_cached("UPDATE meter_events SET state = 'sent', streamed = ?2 WHERE record = ?1")?
            .execute((record, streamed)),
        Ended::Canceled => connection
            .prepare_cached(
                "UPDATE meter_events SET state = 'canceled', error_code = NULL, error = NULL
                 WHERE record = ?1 OR record = (SELECT corrects FROM usage_records WHERE seq = ?1)",
            )?
            .execute([record]),
        Ended::Rejected { code, why } => connection
            .prepare_cached(
                "UPDATE meter_events SET state = 'rejected', error_code = ?2, error = ?3 WHERE record = ?1",
            )?
            .execute((record, code, why)),
        // It waits for nothing, and the next push takes it up.
        Ended::NotSent => connection
            .prepare_cached("UPDATE meter_events SET state = 'waiting' WHERE record = ?1")?
            .execute([record]),
    }
    .map(drop)
}

fn cursor(connection: &Connection, metric: &str) -> rusqlite::Result<i64> {
    let through = connection
        .prepare_cached("SELECT through FROM meter_cursors WHERE metric = ?1")?
        .query_row([metric], |row| row.get(0))
        .optional()?;
    Ok(through.unwrap_or(0))
}

/// The number of a customer and a meter that a series is told of; made if it isn't there.
fn target(connection: &Connection, series: i64, customer: &str, event_name: &str) -> rusqlite::Result<i64> {
    let known = connection
        .prepare_cached(
            "SELECT id FROM meter_targets WHERE series = ?1 AND customer = ?2 AND event_name = ?3",
        )?
        .query_row((series, customer, event_name), |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    connection
        .prepare_cached("INSERT INTO meter_targets (series, customer, event_name) VALUES (?1, ?2, ?3)")?
        .execute((series, customer, event_name))?;
    Ok(connection.last_insert_rowid())
}

fn unpushed(row: &Row<'_>) -> rusqlite::Result<Unpushed> {
    Ok(Unpushed {
        record: row.get(0)?,
        series: row.get(1)?,
        subject: row.get(2)?,
        at: row.get(3)?,
        quantity: row.get(4)?,
        key: row.get(5)?,
        corrects: corrected(row, 6)?,
    })
}
