//! Usage: how fast a large file of records comes in, next to the `sqlite3` shell's own `.import` of the same file; what a
//! check and the reports cost then; and a push at the emulator's limit of meter events, killed on the way.
//!
//!     cargo bench --bench usage -- records=10000000 subjects=100000 events=100000 limit=1000 rounds=20
//!
//! `records` of `subjects` are imported; `events` are pushed at `limit` a second.

mod support;

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use support::Options;
use support::emulator::Emulator;
use support::http;
use support::numbers::{Sample, bytes, memory, micros, per_second, rate, tenths, time};
use support::process::Spec;
use support::table::{Table, heading, line};

const DEFAULTS: [(&str, u64); 5] =
    [("records", 1_000_000), ("subjects", 100_000), ("events", 20_000), ("limit", 1_000), ("rounds", 20)];

/// When it is for every command; the records lie in the month before.
const NOW: &str = "2026-11-01T00:00:00Z";

/// The first second of October 2026.
const OCTOBER: u64 = 1_790_812_800;

/// Customers that events are pushed of: Stripe takes one request of each at a time.
const CUSTOMERS: u64 = 100;

const SEED: &str =
    "CREATE TABLE plain (subject TEXT, metric TEXT, quantity INTEGER, at TEXT, key TEXT, agent TEXT);\n";
const KEYED: &str = "CREATE TABLE keyed (subject TEXT, metric TEXT, quantity INTEGER, at TEXT, key TEXT UNIQUE, agent TEXT);\n";

fn main() -> ExitCode {
    support::run(&DEFAULTS, |options| {
        large(options)?;
        push(options)
    })
}

fn billing(limit: u64) -> String {
    format!(
        "[project]\nname = \"bench\"\n\
         [profiles.emulator]\nrate_limits = {{ per_second = 10000, meter_events = {limit} }}\n\
         [meters.calls]\ndisplay_name = \"Calls\"\n\
         [products.free]\ndefault_plan = true\nlimits.calls = {{ max = 1000000, per = \"month\" }}\n"
    )
}

/// Writes records of a month, in the order of time, with keys that are scattered as random ones are.
fn write_records(path: &Path, records: u64, subjects: u64, prefix: &str) -> anyhow::Result<()> {
    let mut file = BufWriter::new(fs_err::File::create(path)?);
    writeln!(file, "subject,metric,quantity,at,key,dim.agent")?;
    let mut row = String::new();
    for number in 0..records {
        let second = OCTOBER + number * (30 * 86_400) / records.max(1);
        let at = jiff::Timestamp::from_second(i64::try_from(second)?)?;
        // A permutation of the numbers: an odd factor, modulo a power of two.
        let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        row.clear();
        writeln!(
            row,
            "u_{},calls,{},{at},{prefix}{scattered:016x},agent-{}",
            number * 7_919 % subjects,
            number % 9 + 1,
            number % 5
        )?;
        file.write_all(row.as_bytes())?;
    }
    file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    Ok(())
}

/// Imports the file with the `sqlite3` shell, into a table with or without a unique key; `None` where there is no shell.
fn shell(folder: &Path, name: &str, table: &str) -> anyhow::Result<Option<Duration>> {
    let script = format!("{table}.mode csv\n.import --skip 1 usage.csv {name}\n");
    let begun = Instant::now();
    let child = Command::new("sqlite3")
        .arg(format!("{name}.db"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        line("There is no `sqlite3` shell: its figures are left out");
        return Ok(None);
    };
    child.stdin.take().context("No stdin")?.write_all(script.as_bytes())?;
    ensure!(child.wait()?.success(), "sqlite3 failed");
    Ok(Some(begun.elapsed()))
}

fn billctl(folder: &Path, words: &str) -> Spec {
    Spec::billctl(folder).args(words.split(' ')).env("BILLCTL_NOW", NOW)
}

fn large(options: &Options) -> anyhow::Result<()> {
    let (records, subjects, rounds) =
        (options.get("records")?, options.get("subjects")?, options.get("rounds")?);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    fs_err::write(folder.join("billing.toml"), billing(1_000))?;
    write_records(&folder.join("usage.csv"), records, subjects, "k")?;
    let size = |name: &str| fs_err::metadata(folder.join(name)).map(|found| found.len());
    heading(&format!("A file of {records} records of {subjects} subjects, {}", bytes(size("usage.csv")?)));
    let mut table = Table::new(["", "wall", "rows a second", "peak memory", "file"]);
    for (name, text, what) in [
        ("plain", SEED, "sqlite3 .import, a table without an index"),
        ("keyed", KEYED, "sqlite3 .import, a table with a unique key"),
    ] {
        if let Some(took) = shell(folder, name, text)? {
            let file = bytes(size(&format!("{name}.db"))?);
            table.row([what, &time(micros(took)), &rate(per_second(records, took)), "", &file]);
        }
    }
    let books = ".billctl/emulator/books.db";
    let imports = [
        ("billctl usage import --continue", "usage import usage.csv --continue --results bad.csv"),
        ("the same once more", "usage import usage.csv --continue --results bad.csv"),
    ];
    for (what, words) in imports {
        let run = billctl(folder, words).succeed()?;
        table.row([
            what,
            &time(micros(run.wall)),
            &rate(per_second(records, run.wall)),
            &memory(run.peak_kib),
            &bytes(size(books)?),
        ]);
    }
    table.print();
    let mut table = Table::new(["command", "wall", "peak memory"]);
    for words in ["--version", "usage check u_1 calls", "usage show u_1"] {
        let (mut wall, mut peak) = (Sample::default(), Sample::default());
        for _ in 0..rounds {
            let run = billctl(folder, words).succeed()?;
            wall.add_time(run.wall);
            peak.add(run.peak_kib);
        }
        table.row([&format!("billctl {words}"), &wall.show(time), &peak.show(memory)]);
    }
    for words in REPORTS {
        let run = billctl(folder, words).succeed()?;
        table.row([&format!("billctl {words}"), &time(micros(run.wall)), &memory(run.peak_kib)]);
    }
    heading(&format!("Looking at them, whole processes: median (min–max) of {rounds}, reports once"));
    table.print();
    Ok(())
}

/// The month by metric, which day sums answer, and by a dimension, which needs every record.
const REPORTS: [&str; 2] = [
    "report usage --from 2026-10-01 --to 2026-11-01 --by metric",
    "report usage --from 2026-10-01 --to 2026-11-01 --by agent",
];

fn push(options: &Options) -> anyhow::Result<()> {
    let (events, limit) = (options.get("events")?, options.get("limit")?);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    fs_err::write(folder.join("billing.toml"), billing(limit))?;
    let emulator = Emulator::start(folder, &["--meter-limit".to_owned(), limit.to_string()])?;
    let system = |words: &str| Spec::billctl(folder).args(words.split(' ')).succeed();
    system("catalog sync --yes")?;
    for number in 0..CUSTOMERS {
        system(&format!("customer create u_{number}"))?;
    }
    // Stripe takes events of the last 35 days, and the emulator's clock is the machine's.
    let at = http::get(&emulator.base_url, "/_emulator/status", &emulator.api_key)?["now"].as_i64();
    let at = jiff::Timestamp::from_second(at.context("The emulator does not tell its time")? - 3_600)?;
    let mut rows = "subject,metric,quantity,at,key\n".to_owned();
    let mut expected = 0;
    for number in 0..events {
        let quantity = number % 9 + 1;
        expected += quantity;
        writeln!(rows, "u_{},calls,{quantity},{at},e{number}", number % CUSTOMERS)?;
    }
    fs_err::write(folder.join("events.csv"), rows)?;
    system("usage import events.csv")?;
    // A push that is killed after a third of the time that the limit allows, and one that does the rest.
    let begun = Instant::now();
    let mut killed = Command::new(env!("CARGO_BIN_EXE_billctl"))
        .args(["usage", "push", "--quiet"])
        .env_clear()
        .env("HOME", folder)
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()?;
    std::thread::sleep(Duration::from_secs(events / limit / 3));
    killed.kill()?;
    killed.wait()?;
    let run = system("usage push")?;
    let took = begun.elapsed();
    let again = system("usage push -o json")?;
    ensure!(again.stdout.contains("\"sent\": 0") || again.stdout.contains("\"sent\":0"), "{}", again.stdout);
    let compared = system("usage reconcile --from 35d -o json")?;
    ensure!(compared.exit == Some(0), "{}", compared.stdout);
    let posted = emulator.counts()?.by_endpoint.get("POST /v1/billing/meter_events").copied();
    heading(&format!(
        "A push of {events} events ({expected} units) at {limit} a second, killed once on the way"
    ));
    let mut table = Table::new(["", "wall", "events a second", "to the limit", "requests", "peak memory"]);
    table.row([
        "billctl usage push",
        &time(micros(took)),
        &rate(per_second(events, took)),
        &format!("{} %", tenths(per_second(events, took) * 100, limit)),
        &posted.unwrap_or_default().to_string(),
        &memory(run.peak_kib),
    ]);
    table.print();
    Ok(())
}
