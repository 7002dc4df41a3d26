//! The tables of `books.db`, as an append-only list: `user_version` counts how many have been applied.

/// Each entry brings a file from the version before to its own. Never edit one that was released.
pub(super) const MIGRATIONS: &[&str] = &[
    // Raw events, byte for byte, in the order in which they were stored. The envelope's fields are kept beside the
    // bytes so that lists need not read those. `repeats` counts further deliveries of the same event.
    "CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        created INTEGER NOT NULL,
        object_kind TEXT,
        object_id TEXT,
        customer TEXT,
        livemode INTEGER NOT NULL,
        thin INTEGER NOT NULL,
        api_version TEXT,
        account TEXT,
        request_id TEXT,
        source TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX events_by_id ON events (id);
    CREATE INDEX events_by_time ON events (created);
    CREATE INDEX events_by_type ON events (type, created);
    CREATE INDEX events_by_object ON events (object_id, created) WHERE object_id IS NOT NULL;
    CREATE INDEX events_by_customer ON events (customer, created) WHERE customer IS NOT NULL;
    CREATE TABLE repeats (
        seq INTEGER PRIMARY KEY REFERENCES events (seq),
        times INTEGER NOT NULL,
        last_at INTEGER NOT NULL
    ) STRICT;",
    // The credit ledger: see there.
    super::credits::TABLES,
    // Which customer a subject belongs to. `origin` is who says so: the id of the Stripe object, or `manual`.
    "CREATE TABLE subject_links (
        origin TEXT NOT NULL,
        subject TEXT NOT NULL,
        customer TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (origin, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subject_links_by_subject ON subject_links (subject);
    CREATE INDEX subject_links_by_customer ON subject_links (customer);",
    // Usage records and what is reserved: see there.
    super::usage::TABLES,
    // Events of a customer are found by the mirror: customers are scattered, so that each event that was stored cost a
    // page of its own here.
    "DROP INDEX events_by_customer;",
    // Bookings that wait for a second person, and who approved an entry.
    super::credits::PROPOSALS,
    // What was booked on each day, for reports.
    super::credits::DAYS,
    // What of bought credits went back with the money: see there.
    super::credits::REFUNDS,
    // Money given in Stripe: see there.
    super::money::TABLES,
    // Checkouts that somebody asked for: see there.
    super::checkouts::TABLES,
    // Sums of usage for reports: see there.
    super::usage::SUMS,
    // Thresholds that are crossed, and the messages about them: see there.
    super::alerts::TABLES,
    // What was told to Stripe's meters: see there.
    super::usage::PUSHES,
    // What of a reservation may change: see there.
    super::usage::HELD_ANEW,
    // What is only added to is not replaced either: see there.
    super::guards::GUARDS,
    // Requests that were begun to give money in Stripe: see there.
    super::money::ATTEMPTS,
    // Money that was given in Stripe and is taken back: see there.
    super::money_ends::TABLES,
];
