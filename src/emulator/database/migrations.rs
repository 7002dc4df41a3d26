//! The emulator's tables, as an append-only list: `user_version` counts how many have been applied.

/// Each entry brings a file from the version before to its own. Never edit one that was released.
pub const MIGRATIONS: &[&str] = &[
    // Objects of every kind. `body` is what the API shows, as JSON; `hidden` the fields that it shows only
    // when expanded; `seq` is the order of creation, which lists follow. A deleted object leaves its stub.
    // `keys` finds objects by a field, for filters and uniqueness. `replies` are the kept answers of
    // idempotency keys, in the order of arrival: keys are random, and only their index should be. `settings` are the account's own values.
    "CREATE TABLE objects (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        created INTEGER NOT NULL,
        deleted INTEGER NOT NULL DEFAULT 0,
        body TEXT NOT NULL,
        hidden TEXT
    ) STRICT;
    CREATE UNIQUE INDEX objects_by_id ON objects (kind, id);
    CREATE INDEX objects_in_order ON objects (kind, seq) WHERE deleted = 0;
    CREATE TABLE keys (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES objects (seq) ON DELETE CASCADE,
        PRIMARY KEY (kind, name, value, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE replies (
        seq INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        endpoint TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        request_id TEXT NOT NULL,
        created INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX replies_by_age ON replies (created);
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;",
    // Deliveries of events to webhook endpoints, each that is asked for by itself. `endpoint` is an id, or the URL that everything is forwarded to; `owed`
    // says whether the event's `pending_webhooks` counts it. Numbers are never used twice: a server remembers them.
    // Events that some endpoint has not taken are found by a key.
    "CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        event TEXT NOT NULL,
        type TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        state TEXT NOT NULL,
        owed INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        outcome TEXT
    ) STRICT;
    CREATE INDEX deliveries_by_event ON deliveries (event, endpoint);
    CREATE INDEX deliveries_by_state ON deliveries (state, seq);
    INSERT INTO keys (kind, name, value, seq)
        SELECT kind, 'pending', 'true', seq FROM objects
        WHERE kind = 'event' AND json_extract(body, '$.pending_webhooks') > 0;",
    // Lists are in the order of the time of creation, and of numbers within a second: an index ends with its rows' own.
    "DROP INDEX objects_in_order;
    CREATE INDEX objects_in_order ON objects (kind, created) WHERE deleted = 0;",
    // What customers used, by meter. `at` is when, `received` when it was told of; identifiers come again after a while.
    "CREATE TABLE meter_events (
        seq INTEGER PRIMARY KEY,
        meter TEXT NOT NULL,
        customer TEXT NOT NULL,
        at INTEGER NOT NULL,
        value INTEGER NOT NULL,
        identifier TEXT NOT NULL,
        received INTEGER NOT NULL,
        canceled INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX meter_events_by_time ON meter_events (meter, customer, at);
    CREATE INDEX meter_events_by_identifier ON meter_events (identifier, received);
    CREATE TABLE thin_events (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        object TEXT,
        created INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;",
];
