//! The tables of what was told to Stripe's meters, and what is written down in them.

use rusqlite::Row;

/// A record that is to be told to a meter has one row here, once `usage push` has looked at it. `identifier` is what Stripe
/// knows it by; `begun_at` is when the attempt was begun whose end is not known or was good; `streamed` if Stripe looked at it
/// only after it had taken it. `meter_targets` are the
/// customers that usage was told of: a subject may become another one later. `meter_cursors` say up to which record all of a
/// metric have a row. `meter_reports` are what Stripe found wrong afterwards, of which it names some events only.
pub(in crate::store::books) const PUSHES: &str = "
    CREATE TABLE meter_targets (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL REFERENCES usage_series (id),
        customer TEXT NOT NULL,
        event_name TEXT NOT NULL,
        UNIQUE (series, customer, event_name)
    ) STRICT;
    CREATE TABLE meter_events (
        record INTEGER PRIMARY KEY REFERENCES usage_records (seq),
        identifier TEXT NOT NULL UNIQUE CHECK (identifier <> ''),
        target INTEGER REFERENCES meter_targets (id),
        state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'waiting', 'rejected', 'canceled', 'unsure')),
        attempt INTEGER NOT NULL DEFAULT 1,
        begun_at INTEGER,
        streamed INTEGER NOT NULL DEFAULT 0,
        error_code TEXT,
        error TEXT,
        CHECK (state NOT IN ('sending', 'sent', 'unsure') OR (target IS NOT NULL AND begun_at IS NOT NULL)),
        CHECK ((state = 'rejected') = (error IS NOT NULL))
    ) STRICT;
    CREATE INDEX meter_events_open ON meter_events (state, record) WHERE state <> 'sent';
    CREATE INDEX meter_events_streamed ON meter_events (record) WHERE streamed = 1;
    CREATE TABLE meter_reports (
        id TEXT PRIMARY KEY,
        created INTEGER NOT NULL,
        errors INTEGER NOT NULL,
        named INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE meter_cursors (
        metric TEXT PRIMARY KEY,
        through INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;";

/// How a record stands with Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PushState {
    /// A request was begun whose end is not known.
    Sending,
    /// Stripe has it.
    Sent,
    /// Its subject is no customer yet.
    Waiting,
    /// Stripe refused it, or would.
    Rejected,
    /// It was taken back, and counts on neither side.
    Canceled,
    /// A request was begun so long ago that Stripe may have forgotten whether it was carried out.
    Unsure,
}

impl PushState {
    pub const ALL: [PushState; 6] = [
        PushState::Sending,
        PushState::Sent,
        PushState::Waiting,
        PushState::Rejected,
        PushState::Canceled,
        PushState::Unsure,
    ];

    pub fn name(self) -> &'static str {
        match self {
            PushState::Sending => "sending",
            PushState::Sent => "sent",
            PushState::Waiting => "waiting",
            PushState::Rejected => "rejected",
            PushState::Canceled => "canceled",
            PushState::Unsure => "unsure",
        }
    }

    pub(super) fn read(name: &str) -> Option<PushState> {
        PushState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A record that nobody has looked at yet. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpushed {
    pub record: i64,
    pub series: i64,
    pub subject: String,
    pub at: i64,
    pub quantity: i64,
    pub key: String,
    pub corrects: Option<Corrected>,
}

/// The record that another takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    pub record: i64,
    pub quantity: i64,
    /// `None` where nobody has looked at it yet, or where it is in the same batch.
    pub state: Option<PushState>,
    pub begun_at: Option<i64>,
    /// What Stripe knows it by.
    pub identifier: Option<String>,
}

/// Reads the record that another takes back from five columns: its number, its quantity, how it stands, since when, and
/// what Stripe knows it by.
pub(super) fn corrected(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Corrected>> {
    let Some(record) = row.get(first)? else { return Ok(None) };
    let state: Option<String> = row.get(first + 2)?;
    Ok(Some(Corrected {
        record,
        quantity: row.get(first + 1)?,
        state: state.as_deref().and_then(PushState::read),
        begun_at: row.get(first + 3)?,
        identifier: row.get(first + 4)?,
    }))
}

/// What is to become of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is told of this customer, to the meter of this event's name.
    Send { customer: String, event_name: String },
    /// Until its subject is a customer.
    Wait,
    /// Stripe would not take it.
    Reject { code: &'static str, why: String },
    /// Both it and what it takes back were never told.
    Cancel,
}

/// A record with what is to become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    pub record: i64,
    pub series: i64,
    pub identifier: String,
    pub fate: Fate,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Stripe has it; `streamed` if it looks at it later only.
    Sent {
        streamed: bool,
    },
    /// Stripe took back what this record takes back, so neither counts.
    Canceled,
    Rejected {
        code: String,
        why: String,
    },
    /// For certain nothing was sent: it waits as if it had not been begun.
    NotSent,
}

/// What Stripe found wrong with events after it had taken them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterReport {
    pub id: String,
    /// In seconds since 1970.
    pub created: i64,
    /// How many events are wrong.
    pub errors: i64,
    /// Those that are named: identifier, code, and what is wrong.
    pub named: Vec<(String, String, String)>,
}

/// A record that was looked at. Times are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    pub record: i64,
    pub series: i64,
    pub subject: String,
    pub metric: String,
    pub key: String,
    pub at: i64,
    pub quantity: i64,
    pub identifier: String,
    pub state: PushState,
    pub attempt: i64,
    pub begun_at: Option<i64>,
    pub streamed: bool,
    pub customer: Option<String>,
    pub event_name: Option<String>,
    pub corrects: Option<Corrected>,
    pub error_code: Option<String>,
    pub error: Option<String>,
}

impl Pushed {
    /// What Stripe knows the record by that this one takes back.
    pub fn corrected(&self) -> Option<&str> {
        self.corrects.as_ref()?.identifier.as_deref()
    }

    /// The record as it was before anybody looked at it.
    pub fn unpushed(&self) -> Unpushed {
        Unpushed {
            record: self.record,
            series: self.series,
            subject: self.subject.clone(),
            at: self.at,
            quantity: self.quantity,
            key: self.key.clone(),
            corrects: self.corrects.clone(),
        }
    }
}
