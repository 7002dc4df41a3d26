//! How old what is stored may be. Commands that read it never call Stripe unless told, so they say so.

use jiff::{SignedDuration, Timestamp};

use super::catch_up::read_through;
use crate::context::Context;
use crate::store::books::Books;
use crate::store::mirror::Mirror;

/// What is younger than this is taken for fresh.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// Says on stderr since when nothing came from Stripe, if that is long ago, and how to fetch what happened since.
///
/// # Errors
/// If a file can't be read.
pub fn say(ctx: &Context, books: &Books, mirror: &Mirror) -> anyhow::Result<()> {
    let Some(heard_at) = heard_at(books, mirror)? else { return Ok(()) };
    let age = ctx.clock().now().duration_since(heard_at);
    if age > FRESH {
        ctx.ui().hint(&format!(
            "The last news from Stripe is {} old; `billctl events pull` or `--fresh` fetches what happened since",
            in_words(age)
        ));
    }
    Ok(())
}

/// When Stripe was last heard of: the last event that came, or the last time when none had.
fn heard_at(books: &Books, mirror: &Mirror) -> anyhow::Result<Option<Timestamp>> {
    let read = read_through(mirror)?.and_then(|second| Timestamp::from_second(second).ok());
    let received = books.event_at(books.last_seq()?)?.map(|event| event.received_at);
    Ok(read.max(received))
}

/// `90 minutes`, `5 hours`, `12 days`
fn in_words(age: SignedDuration) -> String {
    let hours = age.as_hours();
    match hours {
        ..=1 => format!("{} minutes", age.as_mins()),
        2..48 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let check = |minutes: i64, expected: &str| {
            assert_eq!(in_words(SignedDuration::from_mins(minutes)), expected);
        };
        check(61, "61 minutes");
        check(119, "119 minutes");
        check(120, "2 hours");
        check(47 * 60, "47 hours");
        check(48 * 60, "2 days");
    }
}
