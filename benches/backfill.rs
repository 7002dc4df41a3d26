//! A mirror filled from nothing: objects a second without a limit, and how near a limit it comes.
//!
//!     cargo bench --bench backfill -- objects=200000

mod support;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use support::catalog::{self, Pace, Size};
use support::emulator::Emulator;
use support::http::request;
use support::load;
use support::numbers::{memory, micros, per_second, rate, tenths, time};
use support::process::{Run, Spec};
use support::table::{Table, heading};

/// How many clients make the account at once.
const CLIENTS: usize = 16;

/// The account is made in so many days.
const DAYS: usize = 40;

/// Limits of an account, by the second.
struct Case {
    name: &'static str,
    all: Option<u64>,
    endpoint: Option<u64>,
}

const CASES: [Case; 3] = [
    Case { name: "none", all: None, endpoint: None },
    Case { name: "100 in all", all: Some(100), endpoint: None },
    Case { name: "live mode: 100 in all, 25 an endpoint", all: Some(100), endpoint: Some(25) },
];

fn main() -> ExitCode {
    support::run(&[("objects", 200_000)], |options| {
        let objects = options.count("objects")?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let folder = folder.path();
        seed(folder, objects)?;
        heading(&format!("Backfill of {objects} objects of four kinds, made in {DAYS} days"));
        let mut table = Table::new([
            "limit a second",
            "requests",
            "the limit allows",
            "took",
            "over",
            "objects",
            "429s answered",
            "peak memory",
        ]);
        for case in CASES {
            let row = fill(folder, &case, u64::try_from(objects)?)?;
            table.row(row.each_ref().map(String::as_str));
        }
        table.print();
        Ok(())
    })
}

/// Makes as many customers as products, prices and coupons, some of each every day.
fn seed(folder: &Path, objects: usize) -> anyhow::Result<()> {
    let emulator = Emulator::start(folder, &[])?;
    let key = &emulator.api_key;
    load::each(emulator.address(), vec![request("POST", "/v1/products", key, "id=base&name=Base")])?;
    let a_day = objects / DAYS;
    for day in 0..DAYS {
        let requests = (0..a_day).map(|number| {
            let name = format!("{day}.{number}");
            match number % 4 {
                0 => request(
                    "POST",
                    "/v1/customers",
                    key,
                    &format!("email=c{name}%40example.com&metadata[tier]=gold"),
                ),
                1 => {
                    request("POST", "/v1/products", key, &format!("name=Product+{name}&metadata[tier]=gold"))
                }
                2 => request(
                    "POST",
                    "/v1/prices",
                    key,
                    "product=base&currency=usd&unit_amount=4900&recurring[interval]=month",
                ),
                _ => request("POST", "/v1/coupons", key, "percent_off=10&duration=once"),
            }
        });
        load::all(emulator.address(), CLIENTS, requests.collect())?;
        load::each(emulator.address(), vec![request("POST", "/_emulator/advance", key, "86400")])?;
    }
    // What is measured is objects: of these no events are left, which the first filling of a mirror reads as well.
    load::each(emulator.address(), vec![request("POST", "/_emulator/advance", key, "2678400")])?;
    Ok(())
}

/// Fills an empty mirror.
fn fill(folder: &Path, case: &Case, objects: u64) -> anyhow::Result<[String; 8]> {
    let limits = [("--limit", case.all), ("--endpoint-limit", case.endpoint)];
    let flags: Vec<String> = limits
        .into_iter()
        .filter_map(|(flag, limit)| Some([flag.to_owned(), limit?.to_string()]))
        .flatten()
        .collect();
    let emulator = Emulator::start(folder, &flags)?;
    let pace = case.all.map(|all| Pace { per_second: all, per_endpoint: case.endpoint.unwrap_or(all) });
    let size = Size { products: 0, prices_per_product: 0 };
    catalog::write(folder, size, &catalog::remote(&emulator, pace))?;
    let state = folder.join(".billctl/remote");
    if state.exists() {
        fs_err::remove_dir_all(&state)?;
    }
    let before = emulator.counts()?;
    let run = Spec::billctl(folder)
        .args(["--profile", "remote", "mirror", "backfill", "--quiet", "-o", "json"])
        .env("STRIPE_SECRET_KEY", &emulator.api_key)
        .succeed()?;
    let counts = emulator.counts()?.since(&before);
    let result: Value = serde_json::from_str(&run.stdout).context("No JSON")?;
    let received = result["received"].as_u64().unwrap_or_default();
    ensure!(received > objects && result["missing"] == 0, "Not everything was read: {}", run.stdout);
    let refused = emulator.statuses()?.get(&429).copied().unwrap_or_default();
    emulator.kill()?;
    Ok(row(case, &run, counts.requests - 1, received, refused))
}

fn row(case: &Case, run: &Run, requests: u64, received: u64, refused: u64) -> [String; 8] {
    let took = micros(run.wall);
    let allowed = case.all.map(|all| Duration::from_micros(requests * 1_000_000 / all));
    let over =
        allowed.map(micros).map(|allowed| tenths(took.saturating_sub(allowed).saturating_mul(100), allowed));
    [
        case.name.to_owned(),
        requests.to_string(),
        allowed.map_or_else(|| "–".to_owned(), |allowed| time(micros(allowed))),
        time(took),
        over.map_or_else(|| "–".to_owned(), |over| format!("{over} %")),
        rate(per_second(received, run.wall)),
        refused.to_string(),
        memory(run.peak_kib),
    ]
}
