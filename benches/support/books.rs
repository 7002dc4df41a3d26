//! Books with a history of any length.

use std::path::Path;

use billctl::billing::event::Event;
use billctl::store::books::{Books, NewEvent, Source};
use jiff::Timestamp;

/// Books with the events of many subscriptions: made, paid each month, changed; about 3 KB each. Returns their bytes.
///
/// # Errors
/// If they can't be written.
pub fn fill(folder: &Path, count: u64) -> anyhow::Result<u64> {
    let mut books = Books::open(&folder.join(".billctl/emulator/books.db"))?;
    let filler = "x".repeat(2_200);
    let mut number = 0;
    while number < count {
        let bodies: Vec<Vec<u8>> =
            (number..count.min(number + 5_000)).map(|number| body(number, &filler).into_bytes()).collect();
        add(&mut books, &bodies)?;
        number += u64::try_from(bodies.len())?;
    }
    Ok(books.size())
}

/// Stores events as if they came from a file.
///
/// # Errors
/// What is no event; and if they can't be written.
pub fn add(books: &mut Books, bodies: &[Vec<u8>]) -> anyhow::Result<()> {
    let read: Vec<Event> = bodies.iter().map(|body| Event::read(body)).collect::<Result<_, _>>()?;
    let received_at = Timestamp::UNIX_EPOCH;
    let new: Vec<NewEvent<'_>> = read
        .iter()
        .zip(bodies)
        .map(|(event, body)| NewEvent { event, body, received_at, source: Source::File })
        .collect();
    books.add_events(&new)?;
    Ok(())
}

/// Ten events an account of a customer, in the order of time; ids are as scattered as Stripe's.
fn body(number: u64, filler: &str) -> String {
    let life = life(number);
    let created = 1_700_000_000 + number;
    let customer = format!("cus_{life:016x}");
    let (event_type, object) = match number % 10 {
        0 => (
            "customer.created",
            format!(r#""id":"{customer}","object":"customer","name":"Ada","metadata":{{}}"#),
        ),
        1 => (
            "customer.subscription.created",
            format!(
                r#""id":"sub_{life:016x}","object":"subscription","customer":"{customer}","status":"active","items":{{"data":[{{"id":"si_{life:016x}","quantity":1,"price":{{"id":"price_1","product":"prod_1","unit_amount":500}}}}]}}"#
            ),
        ),
        step @ (2 | 5 | 8) => (
            "invoice.created",
            format!(
                r#""id":"in_{life:016x}{step}","object":"invoice","customer":"{customer}","status":"draft","total":500,"currency":"usd","lines":{{"data":[{{"id":"il_{life:016x}","amount":500}}]}}"#
            ),
        ),
        step @ (3 | 6 | 9) => (
            "invoice.paid",
            format!(
                r#""id":"in_{life:016x}{}","object":"invoice","customer":"{customer}","status":"paid","total":500,"currency":"usd","lines":{{"data":[{{"id":"il_{life:016x}","amount":500}}]}}"#,
                step - 1
            ),
        ),
        _ => (
            "customer.subscription.updated",
            format!(
                r#""id":"sub_{life:016x}","object":"subscription","customer":"{customer}","status":"active","items":{{"data":[{{"id":"si_{life:016x}","quantity":1,"price":{{"id":"price_1","product":"prod_1","unit_amount":500}}}}]}}"#
            ),
        ),
    };
    let id = number.wrapping_mul(0xd134_2543_de82_ef95);
    format!(
        r#"{{"id":"evt_{id:016x}","object":"event","api_version":"2026-10-28.endive","created":{created},"type":"{event_type}","livemode":false,"data":{{"object":{{{object},"description":"{filler}"}}}}}}"#
    )
}

/// The number in the ids of the customer that an event is about, and of all that hangs on it.
pub fn life(number: u64) -> u64 {
    (number / 10).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
