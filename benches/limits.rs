//! First sync under Stripe's own rate limits: its time against what the limits allow, and whether anybody notices them.
//!
//!     cargo bench --bench limits -- objects=1000 latency_ms=100

mod support;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use support::catalog::{self, Pace, Size};
use support::emulator::{Counts, Emulator};
use support::numbers::{memory, micros, tenths, time};
use support::process::{Run, Spec};
use support::table::{Table, heading};

/// Limits of an account, and what billctl is told of them.
struct Case {
    name: &'static str,
    /// Requests a second in all.
    all: u64,
    /// Requests a second for each endpoint.
    endpoint: u64,
    told: bool,
}

const CASES: [Case; 3] = [
    Case { name: "test mode: 25 in all", all: 25, endpoint: 25, told: true },
    Case { name: "live mode: 100 in all, 25 an endpoint", all: 100, endpoint: 25, told: true },
    Case { name: "the same, and billctl is not told", all: 100, endpoint: 25, told: false },
];

fn main() -> ExitCode {
    support::run(&[("objects", 1000), ("latency_ms", 100)], |options| {
        let objects = options.count("objects")?;
        let latency = options.get("latency_ms")?;
        heading(&format!(
            "First sync of {objects} products and {objects} prices, each call answered after {latency} ms"
        ));
        let mut table = Table::new([
            "limits a second",
            "reads",
            "writes",
            "the limits allow",
            "took",
            "over",
            "429s answered",
            "made twice",
            "peak memory",
        ]);
        for case in CASES {
            let row = sync(&case, objects, latency)?.row(&case, u64::try_from(objects)?);
            table.row(row.each_ref().map(String::as_str));
        }
        table.print();
        Ok(())
    })
}

struct Synced {
    run: Run,
    counts: Counts,
    refused: u64,
    extra: u64,
}

/// Syncs into an empty emulator. That it ends with exit code 0 says that no 429 reached the user.
fn sync(case: &Case, objects: usize, latency: u64) -> anyhow::Result<Synced> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let folder = folder.path();
    let flags =
        ["--latency", "--limit", "--endpoint-limit"].into_iter().zip([latency, case.all, case.endpoint]);
    let flags: Vec<String> = flags.flat_map(|(flag, number)| [flag.to_owned(), number.to_string()]).collect();
    let emulator = Emulator::start(folder, &flags)?;
    let pace = case.told.then_some(Pace { per_second: case.all, per_endpoint: case.endpoint });
    let size = Size { products: objects, prices_per_product: 1 };
    catalog::write(folder, size, &catalog::remote(&emulator, pace))?;
    let run = Spec::billctl(folder)
        .args(["--profile", "remote", "catalog", "sync", "--yes", "--quiet", "-o", "json"])
        .env("STRIPE_SECRET_KEY", &emulator.api_key)
        .succeed()?;
    let refused = emulator.statuses()?.get(&429).copied().unwrap_or_default();
    let counts = emulator.counts()?;
    let wanted = u64::try_from(objects)?;
    let (products, prices) = (counts.objects_of("product"), counts.objects_of("price"));
    ensure!(products >= wanted && prices >= wanted, "Not everything was made: {:?}", counts.objects);
    Ok(Synced { run, refused, extra: products + prices - 2 * wanted, counts })
}

impl Synced {
    fn row(&self, case: &Case, objects: u64) -> [String; 9] {
        let Synced { run, counts, refused, extra } = self;
        let allowed = case.allowed(objects);
        let over = micros(run.wall.saturating_sub(allowed));
        [
            case.name.to_owned(),
            counts.with_method("GET").to_string(),
            counts.with_method("POST").to_string(),
            time(micros(allowed)),
            time(micros(run.wall)),
            format!("{} %", tenths(over.saturating_mul(100), micros(allowed))),
            refused.to_string(),
            extra.to_string(),
            memory(run.peak_kib),
        ]
    }
}

impl Case {
    /// How long the limits make so many products and as many prices take: all of them, and those of one endpoint.
    fn allowed(&self, objects: u64) -> Duration {
        let in_all = 2 * objects * 1_000_000 / self.all;
        let at_one = objects * 1_000_000 / self.endpoint;
        Duration::from_micros(in_all.max(at_one))
    }
}
