//! Seeding an empty account, next to `stripe fixtures` and Stripe's Python SDK, where every call takes a while.
//!
//!     cargo bench --bench seeding -- objects=50 latency_ms=100 rounds=3

mod support;

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use serde_json::{Value, json};
use support::catalog::{self, Size};
use support::emulator::Emulator;
use support::numbers::{Sample, memory, time, times};
use support::process::{Run, Spec};
use support::table::{Table, heading};
use support::tools::{Python, StripeCli};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/seed.py");

fn main() -> ExitCode {
    support::run(&[("objects", 50), ("latency_ms", 100), ("rounds", 3)], |options| {
        let objects = options.count("objects")?;
        let latency = options.get("latency_ms")?;
        let mut seeders = vec![Seeder::new("billctl catalog sync", Tool::Billctl)];
        if let Some(cli) = StripeCli::find() {
            seeders.push(Seeder::new("stripe fixtures", Tool::Cli(cli)));
        }
        if Python::find().is_some() {
            for (name, threads) in [("Python SDK", 1), ("Python SDK, 8 threads", 8)] {
                seeders
                    .extend(Python::find().map(|python| Seeder::new(name, Tool::Python { python, threads })));
            }
        }
        for _ in 0..options.get("rounds")? {
            for seeder in &mut seeders {
                seeder.seed(objects, latency)?;
            }
        }
        heading(&format!(
            "Seeding {objects} products and {objects} prices, each call answered after {latency} ms: median (min–max)"
        ));
        let mut table = Table::new(["tool", "wall", "peak memory", "calls", "billctl takes"]);
        let ours = seeders.first().map(|seeder| seeder.wall.median()).unwrap_or_default();
        for (place, seeder) in seeders.iter().enumerate() {
            let Seeder { name, wall, peak, calls, .. } = seeder;
            let ratio = format!("1/{} of it", times(wall.median(), ours).trim_end_matches('x'));
            let ratio = if place == 0 { "" } else { &ratio };
            table.row([name, &wall.show(time), &peak.show(memory), &calls.to_string(), ratio]);
        }
        table.print();
        Ok(())
    })
}

enum Tool {
    Billctl,
    Cli(StripeCli),
    Python { python: Python, threads: u64 },
}

struct Seeder {
    name: &'static str,
    tool: Tool,
    wall: Sample,
    peak: Sample,
    /// Requests of the last run.
    calls: u64,
}

impl Seeder {
    fn new(name: &'static str, tool: Tool) -> Seeder {
        Seeder { name, tool, wall: Sample::default(), peak: Sample::default(), calls: 0 }
    }

    /// Seeds an empty emulator of its own.
    fn seed(&mut self, objects: usize, latency: u64) -> anyhow::Result<()> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let folder = folder.path();
        let emulator = Emulator::start(folder, &["--latency".to_owned(), latency.to_string()])?;
        let run = self.tool.seed(folder, &emulator, objects)?;
        let counts = emulator.counts()?;
        let wanted = u64::try_from(objects)?;
        ensure!(
            counts.objects_of("product") == wanted && counts.objects_of("price") == wanted,
            "{} made {:?}: {}",
            self.name,
            counts.objects,
            run.stdout
        );
        self.wall.add_time(run.wall);
        self.peak.add(run.peak_kib);
        self.calls = counts.requests;
        Ok(())
    }
}

impl Tool {
    fn seed(&self, folder: &Path, emulator: &Emulator, objects: usize) -> anyhow::Result<Run> {
        let Emulator { base_url, api_key, .. } = emulator;
        match self {
            Tool::Billctl => {
                let size = Size { products: objects, prices_per_product: 1 };
                catalog::write(folder, size, &catalog::remote(emulator, None))?;
                Spec::billctl(folder)
                    .args(["--profile", "remote", "catalog", "sync", "--yes", "--quiet"])
                    .env("STRIPE_SECRET_KEY", api_key)
                    .succeed()
            }
            Tool::Cli(cli) => {
                fs_err::write(folder.join("fixtures.json"), fixtures(objects).to_string())?;
                cli.command(folder, &["fixtures", "fixtures.json", "--api-base", base_url])
                    .env("STRIPE_API_KEY", api_key)
                    .succeed()
            }
            Tool::Python { python, threads } => {
                let arguments = [base_url, api_key, &objects.to_string(), &threads.to_string()];
                python.command(folder, SCRIPT, &arguments.map(String::as_str)).succeed()
            }
        }
    }
}

/// The same objects for `stripe fixtures`.
fn fixtures(objects: usize) -> Value {
    let steps: Vec<Value> = (0..objects)
        .flat_map(|number| {
            let product = json!({
                "name": format!("product_{number}"),
                "path": "/v1/products",
                "method": "post",
                "params": {"id": format!("p{number:05}"), "name": format!("Product {number}")},
            });
            let price = json!({
                "name": format!("price_{number}"),
                "path": "/v1/prices",
                "method": "post",
                "params": {
                    "product": format!("${{product_{number}:id}}"),
                    "unit_amount": (number % 97 + 1) * 100,
                    "currency": "eur",
                    "recurring": {"interval": "month"},
                    "lookup_key": format!("p{number:05}.m0"),
                },
            });
            [product, price]
        })
        .collect();
    json!({"_meta": {"template_version": 0}, "fixtures": steps})
}
