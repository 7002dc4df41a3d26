//! Usage of many subjects: how long a check and each report take as whole processes, and how large the books are.
//!
//!     cargo bench --bench usage_reports -- records=10000000 subjects=100000 rounds=10

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use billctl::billing::usage::Record;
use billctl::store::books::Books;
use support::numbers::{Sample, bytes, memory, per_second, rate, time};
use support::process::Spec;
use support::table::{Table, heading, line};

/// 2026-11-01: records lie in the two months before the end of that one.
const NOVEMBER: u64 = 1_793_491_200;
const MONTHS: u64 = 61 * 86_400;
const NOW: &str = "2026-12-01T00:00:00Z";

/// How many are recorded in one transaction.
const BATCH: u64 = 50_000;

const PLANS: &str = r#"
[project]
name = "many"
[products.free]
default_plan = true
limits.posts = { max = 1000000, per = "month" }
limits.messages = { max = 1000000, per = "30 days" }
"#;

/// Those of November, and of it in a zone whose days are not those of UTC.
const REPORTS: [&str; 8] = [
    "--by metric",
    "--by day",
    "--by plan",
    "--by subject -n 20",
    "--by day --timezone Asia/Kathmandu",
    "--by plan --timezone Asia/Kathmandu",
    "--by day --subject u_77",
    "--by agent",
];

fn main() -> ExitCode {
    support::run(&[("records", 10_000_000), ("subjects", 100_000), ("rounds", 10)], |options| {
        let (records, subjects, rounds) =
            (options.get("records")?, options.get("subjects")?, options.get("rounds")?);
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let folder = folder.path();
        fs_err::write(folder.join("billing.toml"), PLANS)?;
        let begun = Instant::now();
        let size = fill(folder, records, subjects)?;
        heading(&format!("Usage: {records} records of {subjects} subjects in two months"));
        line(&format!("recorded at {}, books: {}", rate(per_second(records, begun.elapsed())), bytes(size)));
        let mut commands = vec!["usage check u_77 posts".to_owned(), "usage check u_77 messages".to_owned()];
        commands
            .extend(REPORTS.iter().map(|by| format!("report usage --from 2026-11-01 --to 2026-12-01 {by}")));
        commands.push("report usage --over 80".to_owned());
        let mut table = Table::new(["command", "took", "peak memory"]);
        for command in commands {
            let (mut took, mut peak) = (Sample::default(), Sample::default());
            for _ in 0..rounds {
                let run = Spec::billctl(folder)
                    .env("BILLCTL_NOW", NOW)
                    .args(command.split(' '))
                    .args(["--quiet", "-o", "json"])
                    .succeed()?;
                took.add_time(run.wall);
                peak.add(run.peak_kib);
            }
            table.row([&command, &took.show(time), &peak.show(memory)]);
        }
        table.print();
        Ok(())
    })
}

/// Records spread over subjects and time as if at random, two metrics, five agents. Returns how many bytes the books take.
fn fill(folder: &Path, records: u64, subjects: u64) -> anyhow::Result<u64> {
    let mut books = Books::open(&folder.join(".billctl/emulator/books.db"))?;
    let mut number = 0;
    while number < records {
        let batch: Vec<Record> =
            (number..records.min(number + BATCH)).map(|number| record(number, subjects)).collect();
        number += BATCH;
        let now = i64::try_from(NOVEMBER + MONTHS)?;
        books.record_usage_of_many(&batch, true, now)?;
    }
    Ok(books.size())
}

fn record(number: u64, subjects: u64) -> Record {
    // Steps of a golden section: far apart, and the same each time.
    let scattered = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
    let at = NOVEMBER - 31 * 86_400 + scattered % MONTHS;
    Record {
        subject: format!("u_{}", (scattered >> 7) % subjects),
        metric: if number.is_multiple_of(3) { "messages" } else { "posts" }.to_owned(),
        quantity: i64::try_from(number % 9 + 1).unwrap_or(1),
        currency: None,
        at: i64::try_from(at).unwrap_or_default(),
        key: format!("record-{number}"),
        dimensions: BTreeMap::from([("agent".to_owned(), format!("agent-{}", number % 5))]),
        corrects: None,
    }
}
