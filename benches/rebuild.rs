//! The mirror made anew from the raw events: events a second and peak memory, which does not grow with their number.
//!
//!     cargo bench --bench rebuild -- events=1000000 rounds=3

mod support;

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use billctl::billing::event::Event;
use billctl::store::books::{Books, NewEvent, Source};
use jiff::Timestamp;
use support::numbers::{Sample, bytes, memory, time};
use support::process::Spec;
use support::table::{Table, heading};

fn main() -> ExitCode {
    support::run(&[("events", 1_000_000), ("rounds", 3)], |options| {
        let (events, rounds) = (options.get("events")?, options.get("rounds")?);
        heading("Rebuild of the mirror: median (min–max)");
        let mut table = Table::new(["events", "books", "wall", "events a second", "peak memory"]);
        for count in [events / 10, events] {
            let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
            let size = fill(folder.path(), count)?;
            let (mut wall, mut peak) = (Sample::default(), Sample::default());
            for _ in 0..rounds {
                let rebuild = Spec::billctl(folder.path())
                    .args(["mirror", "rebuild", "--quiet", "-o", "json"])
                    .succeed()?;
                let told: serde_json::Value = serde_json::from_str(&rebuild.stdout)?;
                ensure!(told["events"]["applied"] == count, "not every event was applied: {told}");
                wall.add_time(rebuild.wall);
                peak.add(rebuild.peak_kib);
            }
            let a_second = count * 1_000_000 / wall.median().max(1);
            table.row([
                &count.to_string(),
                &bytes(size),
                &wall.show(time),
                &a_second.to_string(),
                &peak.show(memory),
            ]);
        }
        table.print();
        Ok(())
    })
}

/// Books with the events of many subscriptions: made, paid each month, changed; about 3 KB each. Returns their bytes.
fn fill(folder: &Path, count: u64) -> anyhow::Result<u64> {
    let mut books = Books::open(&folder.join(".billctl/emulator/books.db"))?;
    let filler = "x".repeat(2_200);
    let mut number = 0;
    while number < count {
        let bodies: Vec<Vec<u8>> =
            (number..count.min(number + 5_000)).map(|number| body(number, &filler).into_bytes()).collect();
        let read: Vec<Event> = bodies.iter().map(|body| Event::read(body)).collect::<Result<_, _>>()?;
        let new: Vec<NewEvent<'_>> = read
            .iter()
            .zip(&bodies)
            .map(|(event, body)| NewEvent {
                event,
                body,
                received_at: Timestamp::UNIX_EPOCH,
                source: Source::File,
            })
            .collect();
        books.add_events(&new)?;
        number += u64::try_from(bodies.len())?;
    }
    Ok(books.size())
}

/// Ten events an account of a customer, in the order of time; ids are as scattered as Stripe's.
fn body(number: u64, filler: &str) -> String {
    let life = (number / 10).wrapping_mul(0x9e37_79b9_7f4a_7c15);
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
