//! Plan of an unchanged catalog: the list calls that it takes, wall time and peak memory.
//!
//!     cargo bench --bench plan -- products=1000 prices_per_product=10 rounds=10

mod support;

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use support::catalog::{self, Size};
use support::emulator::{Counts, Emulator};
use support::numbers::{Sample, memory, time};
use support::process::{Run, Spec};
use support::table::{Table, heading, line};

fn main() -> ExitCode {
    let defaults = [("products", 1000), ("prices_per_product", 10), ("rounds", 10)];
    support::run(&defaults, |options| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let folder = folder.path();
        let size = Size {
            products: options.count("products")?,
            prices_per_product: options.count("prices_per_product")?,
        };
        catalog::write(folder, size, "")?;

        let emulator = Emulator::start(folder, &[])?;
        let first =
            Spec::billctl(folder).args(["catalog", "sync", "--yes", "--quiet", "-o", "json"]).succeed()?;
        let counts = emulator.counts()?;
        ensure!(
            counts.objects_of("price") == u64::try_from(size.prices())?,
            "The sync made {:?}",
            counts.objects
        );
        line(&format!(
            "Synced {} products and {} prices in {}, peak memory {}",
            size.products,
            size.prices(),
            time(support::numbers::micros(first.wall)),
            memory(first.peak_kib)
        ));

        let mut served = Figures::default();
        let before = emulator.counts()?;
        for _ in 0..options.get("rounds")? {
            served.add(&plan(folder)?);
        }
        let calls = emulator.counts()?.since(&before);
        emulator.kill()?;
        let mut embedded = Figures::default();
        for _ in 0..options.get("rounds")? {
            embedded.add(&plan(folder)?);
        }

        heading("Plan of an unchanged catalog: median (min–max)");
        let mut table = Table::new(["emulator", "wall", "peak memory of billctl"]);
        table.row(["served by another process", &served.wall.show(time), &served.peak.show(memory)]);
        table.row(["in the same process", &embedded.wall.show(time), &embedded.peak.show(memory)]);
        table.print();
        show_calls(&calls, options.get("rounds")?, size);
        Ok(())
    })
}

#[derive(Default)]
struct Figures {
    wall: Sample,
    peak: Sample,
}

impl Figures {
    fn add(&mut self, run: &Run) {
        self.wall.add_time(run.wall);
        self.peak.add(run.peak_kib);
    }
}

/// Plans, and makes sure that nothing is to be done.
fn plan(folder: &Path) -> anyhow::Result<Run> {
    let run = Spec::billctl(folder).args(["catalog", "plan", "--exit-code", "--quiet"]).succeed()?;
    ensure!(run.stdout.contains("Nothing to change"), "The plan is not empty: {}", run.stdout);
    Ok(run)
}

/// The calls of one plan: all plans make the same.
fn show_calls(calls: &Counts, rounds: u64, size: Size) {
    let pages = size.products.div_ceil(100) + size.prices().div_ceil(100);
    let all = calls.requests / rounds;
    heading(&format!("Calls of one plan: {all}, of which {pages} pages of 100 objects hold the catalog"));
    let mut table = Table::new(["endpoint", "calls"]);
    for (endpoint, count) in &calls.by_endpoint {
        table.row([endpoint, &(count / rounds).to_string()]);
    }
    table.print();
    if !calls.requests.is_multiple_of(rounds) {
        line("The plans did not all make the same number of calls");
    }
}
