//! What happens by itself as time goes by: renewals, trials that end, retries, clocks that advance.
//!
//! An object that waits for a moment keeps it among its hidden fields as [`DUE`]. The engine runs what is due, oldest
//! first, before it serves a request and when time is moved, so that nothing depends on when somebody looks.

use serde_json::{Value, json};

use super::call::{Call, Failure, Outcome};
use super::database::Object;
use super::kind::Kind;
use super::resources;

/// The hidden field that holds the moment, in seconds since 1970.
pub const DUE: &str = "due";

/// The kinds that wait for moments, in the order in which those of the same moment come: a schedule's next phase before
/// the renewal that charges it.
pub const KINDS: [Kind; 8] = [
    Kind::TestClock,
    Kind::PaymentIntent,
    Kind::Refund,
    Kind::CheckoutSession,
    Kind::CreditGrant,
    Kind::SubscriptionSchedule,
    Kind::Subscription,
    Kind::Invoice,
];

/// Sets the moment that an object waits for, or none.
pub fn set(object: &mut Object, moment: Option<i64>) {
    match moment {
        Some(moment) => drop(object.hidden.insert(DUE.to_owned(), json!(moment))),
        None => drop(object.hidden.shift_remove(DUE)),
    }
}

/// The moment that an object waits for.
pub fn of(object: &Object) -> Option<i64> {
    object.hidden.get(DUE).and_then(Value::as_i64)
}

/// Whether anything is due by the emulator's own time.
///
/// # Errors
/// SQLite's.
pub fn is_any(db: &super::database::Database, now: i64) -> rusqlite::Result<bool> {
    db.is_due(&KINDS, now)
}

/// Runs everything that is due until a moment, by the emulator's time or by a test clock's, each at its own moment.
///
/// # Errors
/// SQLite's; what was done before it stays.
pub fn run(call: &mut Call<'_>, clock: Option<&str>, until: i64) -> Outcome<()> {
    while let Some(next) = call.db.next_due(&KINDS, clock, until)? {
        let (object, moment) = next;
        match clock {
            None => call.now = moment,
            Some(clock) => call.clock = Some((clock.to_owned(), moment)),
        }
        let mark = call.outbox.mark();
        call.db.savepoint()?;
        let done = resources::run_due(call, object.clone(), moment);
        match done {
            // A decline is what happened.
            Ok(()) | Err(Failure::Declined(_)) => call.db.release()?,
            Err(Failure::Broken(error)) => {
                call.db.undo()?;
                call.outbox.undo(mark);
                return Err(error.into());
            }
            Err(Failure::Refused(refusal)) => {
                call.db.undo()?;
                call.outbox.undo(mark);
                tracing::error!(
                    id = object.id,
                    message = refusal.message,
                    "the emulator could not do what was due"
                );
            }
        }
        // What is done waits for something later now. What could not be done must not hold up the rest for ever.
        if let Some(after) = call.db.get(object.kind, &object.id)?.filter(|after| of(after) == Some(moment)) {
            let mut waiting = after.clone();
            set(&mut waiting, None);
            call.db.update(&after, &waiting)?;
        }
    }
    Ok(())
}
