//! Start-up: wall time and peak memory of whole processes that send nothing, next to the official CLI.
//!
//!     cargo bench --bench startup -- rounds=20

mod support;

use std::process::ExitCode;

use support::numbers::{Sample, bytes, memory, time, times};
use support::process::Spec;
use support::table::{Table, heading, line};
use support::tools::StripeCli;

/// What a catalog of a small shop costs to read; the repository's own example.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/billing.toml.example");

fn main() -> ExitCode {
    support::run(&[("rounds", 20)], |options| {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        fs_err::copy(EXAMPLE, folder.path().join("billing.toml"))?;
        let billctl = |words: &[&str]| Spec::billctl(folder.path()).args(words);
        let cli = StripeCli::find();
        let stripe = |words: &[&str]| cli.as_ref().map(|cli| cli.command(folder.path(), words));
        let pairs = [
            Pair::new("--version", billctl(&["--version"]), "version", stripe(&["version"])),
            Pair::new("--help", billctl(&["--help"]), "--help", stripe(&["--help"])),
            Pair::new(
                "catalog validate",
                billctl(&["catalog", "validate"]),
                "config --list",
                stripe(&["config", "--list"]),
            ),
            Pair::new("emulator status", billctl(&["emulator", "status"]), "", None),
        ];
        let mut floor = Measured::new("/bin/true", Spec::new("/bin/true", folder.path()));
        let mut pairs = pairs;
        for _ in 0..options.get("rounds")? {
            floor.measure()?;
            for pair in &mut pairs {
                pair.billctl.measure()?;
                if let Some(stripe) = &mut pair.stripe {
                    stripe.measure()?;
                }
            }
        }
        heading("Start-up: median (min–max) of whole processes");
        let mut table = Table::new(["command", "wall", "peak memory", "the CLI takes"]);
        floor.show(&mut table, "");
        for pair in &pairs {
            let ratio = pair.stripe.as_ref().map(|stripe| {
                let (ours, theirs) = (&pair.billctl, stripe);
                let wall = times(theirs.wall.median(), ours.wall.median());
                format!("{wall} the time, {} the memory", times(theirs.peak.median(), ours.peak.median()))
            });
            pair.billctl.show(&mut table, ratio.as_deref().unwrap_or(""));
            if let Some(stripe) = &pair.stripe {
                stripe.show(&mut table, "");
            }
        }
        table.print();
        let size = fs_err::metadata(env!("CARGO_BIN_EXE_billctl"))?.len();
        line(&format!("\nThe binary has {}", bytes(size)));
        if let Some(cli) = &cli {
            line(&format!("The official CLI's binary has {}", bytes(cli.size()?)));
        }
        Ok(())
    })
}

/// A command of billctl and what comes nearest to it in the official CLI.
struct Pair {
    billctl: Measured,
    stripe: Option<Measured>,
}

impl Pair {
    fn new(ours: &str, billctl: Spec, theirs: &str, stripe: Option<Spec>) -> Pair {
        Pair {
            billctl: Measured::new(&format!("billctl {ours}"), billctl),
            stripe: stripe.map(|spec| Measured::new(&format!("stripe {theirs}"), spec)),
        }
    }
}

struct Measured {
    name: String,
    spec: Spec,
    wall: Sample,
    peak: Sample,
}

impl Measured {
    fn new(name: &str, spec: Spec) -> Measured {
        Measured { name: name.to_owned(), spec, wall: Sample::default(), peak: Sample::default() }
    }

    fn measure(&mut self) -> anyhow::Result<()> {
        let run = self.spec.succeed()?;
        self.wall.add_time(run.wall);
        self.peak.add(run.peak_kib);
        Ok(())
    }

    fn show(&self, table: &mut Table, ratio: &str) {
        table.row([&self.name, &self.wall.show(time), &self.peak.show(memory), ratio]);
    }
}
