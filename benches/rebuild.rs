//! The mirror made anew from the raw events: events a second and peak memory, which does not grow with their number.
//!
//!     cargo bench --bench rebuild -- events=1000000 rounds=3

mod support;

use std::process::ExitCode;

use anyhow::ensure;
use support::books::fill;
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
