//! The credit ledger: durable deductions a second from one process and from many on one file, a whole `credits deduct`,
//! the proof of a large ledger, and what a subject with very many entries costs to look at.
//!
//!     cargo bench --bench credits -- entries=1000000 among=10000000
//!
//! `entries` is how many `verify` proves; of `among` entries a tenth are one subject's.

mod support;

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use billctl::billing::credits::{EntryType, Limits, Request, Wanted};
use billctl::store::books::{Books, Keep, Posting};
use support::Options;
use support::numbers::{Sample, bytes, memory, micros, per_second, rate, tenths, time};
use support::process::Spec;
use support::table::{Table, heading, line};

/// The first argument of this program as one that deducts.
const DEDUCT: &str = "--deduct";

/// When everything is booked, in seconds since 1970.
const NOW: i64 = 1_793_491_200;

const POLICY: &str = "[project]\nname = \"bench\"\n[policy]\nactors = [\"ada\"]\n\
                      credits = { max_change = 1000, max_per_day = 100000 }\n";

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/billing.toml.example");

const DEFAULTS: [(&str, u64); 4] =
    [("rounds", 5), ("deductions", 2_000), ("entries", 1_000_000), ("among", 10_000_000)];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [first, file, worker, count] = words.as_slice()
        && first == DEDUCT
    {
        return match deduct(Path::new(file), worker, count) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                line(&format!("{error:#}"));
                ExitCode::FAILURE
            }
        };
    }
    support::run(&DEFAULTS, |options| {
        contention(options)?;
        whole_command(options)?;
        proof(options.get("entries")?)?;
        large_subject(options.get("rounds")?, options.get("among")?)
    })
}

fn request(subject: &str, wanted: Wanted, key: String) -> Request {
    Request {
        subject: subject.to_owned(),
        kind: "credits".to_owned(),
        wanted,
        actor: "ada".to_owned(),
        reason: "a call of the API".to_owned(),
        reference: None,
        key,
    }
}

fn grant(amount: i64) -> Wanted {
    Wanted::Add { entry_type: EntryType::Grant, amount, expiry: None }
}

fn take() -> Wanted {
    Wanted::Take { entry_type: EntryType::Deduction, amount: 1, partial: false }
}

/// A folder with a project and an empty ledger.
fn project(text: &str) -> anyhow::Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    fs_err::write(folder.path().join("billing.toml"), text)?;
    let file = folder.path().join(".billctl/emulator/books.db");
    Books::open(&file)?;
    Ok((folder, file))
}

/// Deducts one credit so many times, each durable before the next.
fn deduct(file: &Path, worker: &str, count: &str) -> anyhow::Result<()> {
    let mut books = Books::open(file)?;
    for number in 0..count.parse::<u64>()? {
        let posting = books.post_credits(
            &request("u_1", take(), format!("{worker}:{number}")),
            &Limits::default(),
            NOW,
        )?;
        ensure!(matches!(posting, Posting::Recorded(_)), "{posting:?}");
    }
    Ok(())
}

/// How often 4 KiB written over what is there reach the disk, a second.
fn flushes(folder: &Path) -> anyhow::Result<u64> {
    let mut file = fs_err::File::create(folder.join("flushed"))?;
    file.write_all(&[0; 4096])?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_millis(500) {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(per_second(count, begun.elapsed()))
}

fn contention(options: &Options) -> anyhow::Result<()> {
    let (rounds, deductions) = (options.get("rounds")?, options.get("deductions")?);
    let (folder, file) = project("[project]\nname = \"bench\"\n")?;
    let mut books = Books::open(&file)?;
    books.post_credits(&request("u_1", grant(1_000_000_000), "g".to_owned()), &Limits::default(), NOW)?;
    drop(books);
    let processes = [1_u64, 2, 8];
    let mut rates: Vec<Sample> = processes.iter().map(|_| Sample::default()).collect();
    let mut disk = Sample::default();
    for round in 0..rounds {
        disk.add(flushes(folder.path())?);
        for (count, rates) in processes.iter().zip(&mut rates) {
            let begun = Instant::now();
            let mut running = Vec::new();
            for process in 0..*count {
                let worker = format!("{round}.{count}.{process}");
                let child = Command::new(std::env::current_exe()?)
                    .args([DEDUCT.as_ref(), file.as_os_str(), worker.as_ref()])
                    .arg((deductions / count).to_string())
                    .stdout(Stdio::inherit())
                    .spawn()?;
                running.push(child);
            }
            for mut child in running {
                ensure!(child.wait()?.success(), "A process that deducts failed");
            }
            rates.add(per_second(deductions / count * count, begun.elapsed()));
        }
    }
    heading(&format!(
        "{deductions} deductions from one subject, each durable: median (min–max) of {rounds} rounds"
    ));
    let mut table = Table::new(["processes", "deductions", "to flushes of the disk"]);
    table.row(["the disk: 4 KiB, fdatasync", &disk.show(rate), ""]);
    for (count, rates) in processes.iter().zip(&rates) {
        let share = format!("{} %", tenths(rates.median() * 100, disk.median()));
        table.row([&count.to_string(), &rates.show(rate), &share]);
    }
    table.print();
    Ok(())
}

fn whole_command(options: &Options) -> anyhow::Result<()> {
    let rounds = options.get("rounds")? * 10;
    let example = fs_err::read_to_string(EXAMPLE)?;
    let mut rows = Vec::new();
    for (name, text) in [
        ("no billing file", None),
        ("a policy", Some(POLICY)),
        ("billing.toml.example", Some(example.as_str())),
    ] {
        let (folder, file) = project(text.unwrap_or_default())?;
        if text.is_none() {
            fs_err::remove_file(folder.path().join("billing.toml"))?;
        }
        let mut books = Books::open(&file)?;
        books.post_credits(&request("u_1", grant(1_000_000), "g".to_owned()), &Limits::default(), NOW)?;
        rows.push((name, folder, Sample::default(), Sample::default()));
    }
    let (mut floor, mut version) = (Sample::default(), Sample::default());
    let at = rows.first().map(|(_, folder, ..)| folder.path().to_owned()).context("No rows")?;
    for _ in 0..rounds {
        floor.add_time(Spec::new("/bin/true", &at).succeed()?.wall);
        version.add_time(Spec::billctl(&at).args(["--version"]).succeed()?.wall);
        for (_, folder, wall, peak) in &mut rows {
            let words = ["credits", "deduct", "u_1", "1", "--reason", "a call of the API"];
            let run = Spec::billctl(folder.path()).args(words).env("BILLCTL_ACTOR", "ada").succeed()?;
            wall.add_time(run.wall);
            peak.add(run.peak_kib);
        }
    }
    heading(&format!("`credits deduct`, a whole process: median (min–max) of {rounds}"));
    let mut table = Table::new(["command", "wall", "peak memory"]);
    table.row(["/bin/true", &floor.show(time), ""]);
    table.row(["billctl --version", &version.show(time), ""]);
    for (name, _, wall, peak) in &rows {
        table.row([&format!("billctl credits deduct, {name}"), &wall.show(time), &peak.show(memory)]);
    }
    table.print();
    Ok(())
}

/// Books entries, `many` a transaction: a grant for each subject that is new, else a deduction.
fn fill(file: &Path, entries: u64, subject: impl Fn(u64) -> String) -> anyhow::Result<Duration> {
    const MANY: u64 = 50_000;
    let mut books = Books::open(file)?;
    let begun = Instant::now();
    let mut done = 0;
    while done < entries {
        let end = entries.min(done + MANY);
        books.credits_in_one(&Limits::default(), NOW, |batch| {
            for number in done..end {
                let subject = subject(number);
                let key = |what: &str| format!("{what}:{number}");
                let taken = batch.post(&request(&subject, take(), key("d")))?;
                if !matches!(taken, Posting::Recorded(_)) {
                    batch.post(&request(&subject, grant(1_000_000_000), key("g")))?;
                }
            }
            Ok((Keep::Entry, ()))
        })?;
        done = end;
    }
    Ok(begun.elapsed())
}

fn proof(entries: u64) -> anyhow::Result<()> {
    let (folder, file) = project("[project]\nname = \"bench\"\n")?;
    let filled = fill(&file, entries, |number| format!("u_{}", number % 10_000))?;
    let mut table = Table::new(["command", "wall", "entries a second", "peak memory"]);
    let booked = rate(per_second(entries, filled));
    table.row(["booked in one transaction for 50,000", &time(micros(filled)), &booked, ""]);
    for words in [&["credits", "verify"][..], &["credits", "export", "--out", "entries.csv"]] {
        let run = Spec::billctl(folder.path()).args(words).succeed()?;
        let rate = rate(per_second(entries, run.wall));
        table.row([
            &format!("billctl {}", words.join(" ")),
            &time(micros(run.wall)),
            &rate,
            &memory(run.peak_kib),
        ]);
    }
    heading(&format!(
        "A ledger of {entries} entries of 10,000 subjects, {}",
        bytes(fs_err::metadata(&file)?.len())
    ));
    table.print();
    Ok(())
}

fn large_subject(rounds: u64, among: u64) -> anyhow::Result<()> {
    let (folder, file) = project("[project]\nname = \"bench\"\n")?;
    fill(&file, among, |number| match number {
        0..10 => "few".to_owned(),
        _ if number % 10 == 0 => "many".to_owned(),
        _ => format!("u_{}", number % 100_000),
    })?;
    let commands: [&[&str]; 4] = [
        &["credits", "balance"],
        &["credits", "history"],
        &["credits", "history", "--type", "grant", "--limit", "1"],
        &["credits", "deduct"],
    ];
    let mut table = Table::new(["command", "a subject with 10", "a subject with a tenth of all"]);
    for command in commands {
        let mut samples = [Sample::default(), Sample::default()];
        for _ in 0..rounds * 4 {
            for (subject, sample) in ["few", "many"].into_iter().zip(&mut samples) {
                let mut words = command.to_vec();
                words.insert(2, subject);
                if command.contains(&"deduct") {
                    words.extend(["1", "--reason", "a call of the API"]);
                }
                sample.add_time(Spec::billctl(folder.path()).args(words).succeed()?.wall);
            }
        }
        let [few, many] = samples;
        table.row([&format!("billctl {}", command.join(" ")), &few.show(time), &many.show(time)]);
    }
    let report =
        Spec::billctl(folder.path()).args(["report", "credits", "--from", "2026-10-01"]).succeed()?;
    table.row(["billctl report credits", &time(micros(report.wall)), ""]);
    heading(&format!("{among} entries, {}", bytes(fs_err::metadata(&file)?.len())));
    table.print();
    Ok(())
}
