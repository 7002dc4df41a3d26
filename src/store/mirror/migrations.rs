//! The tables of `mirror.db`, as an append-only list: `user_version` counts how many have been applied.

/// Each entry brings a file from the version before to its own. Never edit one that was released. A new column starts
/// out empty: a migration that adds one has to say so in the changelog, for `billctl mirror rebuild` fills it.
pub(super) const MIGRATIONS: &[&str] = &[
    // `objects` is every object, whole; `at` is the second of its version, `event` where that comes from, null if it
    // was fetched. What was deleted stays as a tombstone. `snapshots` are objects as they were last fetched: with the
    // events of the books they are what all else is made of. `outcomes` is what became of each event. Then a table a
    // kind of object, for what is queried: their columns are described in `src/billing/projection/tables`.
    include_str!("migrations/1-objects.sql"),
    // Backfills: `fill_tasks` is how each walk through a list stands, `filled` which objects were read, `fill_counts`
    // how many, counted as they came. All but `fills` is of the last one only.
    include_str!("migrations/2-backfill.sql"),
    // What was paid, refunded, changed and ended; `id` is the Stripe id that it is booked under.
    include_str!("migrations/3-transactions.sql"),
    // Beside what became of an event, when it happened, in seconds, and whose it is: so lists by outcome and by customer
    // are found. What was applied before is applied again, which fills them.
    include_str!("migrations/4-outcomes.sql"),
    // From a payment to what it was for, and to what of it went back; and the prices that buy credits.
    "CREATE INDEX checkout_sessions_by_payment_intent ON checkout_sessions (payment_intent);
    CREATE INDEX invoices_by_payment_intent ON invoices (payment_intent);
    CREATE INDEX charges_by_invoice ON charges (invoice);
    CREATE INDEX disputes_by_payment_intent ON disputes (payment_intent);
    CREATE INDEX checkout_sessions_by_invoice ON checkout_sessions (invoice);
    CREATE INDEX prices_of_credits ON prices (id) WHERE instr(metadata, '\"billctl_credits\"') > 0;",
    // What a transaction is about, and the credits that it bought.
    "ALTER TABLE transactions ADD COLUMN product TEXT;
    ALTER TABLE transactions ADD COLUMN credits INTEGER;",
    // Objects whose version does not follow from its own second alone; `guess` where it does not follow at all, so that
    // Stripe is asked.
    include_str!("migrations/5-unsettled.sql"),
    // Recurring revenue: what events and invoices say that a subscription came to, the movements of each customer that
    // follow, and their sums by day, kept by triggers. `movements` is set where they were kept from the first object on.
    include_str!("migrations/6-recurring.sql"),
];
