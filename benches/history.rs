//! Lists of a long history: how long a command takes on some gigabytes of books and mirror, next to none at all.
//!
//!     cargo bench --bench history -- gigabytes=5 rounds=10

mod support;

use std::path::Path;
use std::process::ExitCode;

use billctl::store::books::Books;
use billctl::store::mirror::Mirror;
use jiff::Timestamp;
use support::books::{add, fill, life};
use support::numbers::{Sample, bytes, memory, tenths, time};
use support::process::Spec;
use support::table::{Table, heading, line};

/// So many events and what the mirror makes of them are about a gigabyte.
const EVENTS_A_GIGABYTE: u64 = 200_000;
/// Events of each of the rare kinds.
const FEW: u64 = 50;
/// How many are applied in one transaction.
const BATCH: usize = 1_000;

fn main() -> ExitCode {
    support::run(&[("gigabytes", 5), ("rounds", 10)], |options| {
        let (events, rounds) = (options.get("gigabytes")? * EVENTS_A_GIGABYTE, options.get("rounds")?);
        let short = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let long = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        live(short.path(), 0)?;
        let size = live(long.path(), events)?;
        heading(&format!("Commands on {events} events, {} of books and mirror, and on none", bytes(size)));
        let mut table = Table::new(["command", "on none", "on all", "ratio", "peak memory"]);
        for command in commands(events) {
            let (mut none, mut all, mut peak) = (Sample::default(), Sample::default(), Sample::default());
            for _ in 0..rounds {
                none.add_time(run(short.path(), &command)?.wall);
                let run = run(long.path(), &command)?;
                all.add_time(run.wall);
                peak.add(run.peak_kib);
            }
            let ratio = tenths(all.median(), none.median());
            table.row([&command, &none.show(time), &all.show(time), &ratio, &peak.show(memory)]);
        }
        table.print();
        Ok(())
    })
}

/// What a person asks of a history.
fn commands(events: u64) -> Vec<String> {
    let life = life(events / 2);
    let lists =
        ["", " --oldest-first", " --status applied", " --status older", " --status kept", " --failed"]
            .into_iter()
            .chain([" --status waiting", " --type invoice.paid", " --type customer.* --since 2023-11-20"])
            .map(str::to_owned)
            .chain([format!(" --object sub_{life:016x}"), format!(" --customer cus_{life:016x}")]);
    lists.map(|filters| format!("events list -n 20{filters}")).collect()
}

fn run(folder: &Path, command: &str) -> anyhow::Result<support::process::Run> {
    Spec::billctl(folder).args(command.split(' ')).args(["--quiet", "-o", "json"]).succeed()
}

/// A history, applied but for its end, with some events that are late, thin or broken. Returns how many bytes it takes.
fn live(folder: &Path, events: u64) -> anyhow::Result<u64> {
    fill(folder, events)?;
    let state = folder.join(".billctl/emulator");
    let mut books = Books::open(&state.join("books.db"))?;
    let mut mirror = Mirror::open(&state.join("mirror.db"), true)?;
    if events == 0 {
        return Ok(books.size() + mirror.size());
    }
    apply(&mut mirror, &books)?;
    let rare = |kind: &str, created: u64, number: u64, data: &str| {
        format!(
            r#"{{"id":"evt_{kind}{number}","object":"{}","type":"customer.updated","created":{},"livemode":false,{data}}}"#,
            if kind == "thin" { "v2.core.event" } else { "event" },
            created + number
        )
    };
    let mut bodies = Vec::new();
    for number in 0..FEW {
        let life = life(number * 10);
        let late = format!(r#""data":{{"object":{{"id":"cus_{life:016x}","object":"customer"}}}}"#);
        bodies.push(rare("late", 1_690_000_000, number, &late));
        let thin = format!(r#""related_object":{{"id":"cus_{life:016x}","type":"customer"}}"#);
        bodies.push(rare("thin", 1_700_000_000, number, &thin));
        let broken = format!(
            r#""data":{{"object":{{"id":"cus_broken{number}","object":"customer","x":{}1{}}}}}"#,
            "[".repeat(200),
            "]".repeat(200)
        );
        bodies.push(rare("broken", 1_700_000_000, number, &broken));
    }
    add(&mut books, &bodies.into_iter().map(String::into_bytes).collect::<Vec<_>>())?;
    apply(&mut mirror, &books)?;
    let waiting = (0..FEW).map(|number| {
        let waiting = format!(r#""data":{{"object":{{"id":"cus_waiting{number}","object":"customer"}}}}"#);
        rare("waiting", 1_700_000_500, number, &waiting).into_bytes()
    });
    add(&mut books, &waiting.collect::<Vec<_>>())?;
    line(&format!("books: {}, mirror: {}", bytes(books.size()), bytes(mirror.size())));
    Ok(books.size() + mirror.size())
}

fn apply(mirror: &mut Mirror, books: &Books) -> anyhow::Result<()> {
    while mirror.apply_pending(books, BATCH, Timestamp::UNIX_EPOCH)?.more {}
    Ok(())
}
