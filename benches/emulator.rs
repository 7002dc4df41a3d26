//! The emulator under load: durable creates and lists of 100 a second, next to localstripe where it has the route.
//!
//!     cargo bench --bench emulator -- clients=16 seconds=5 rounds=3 products=1000

mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use support::emulator::Emulator;
use support::http::request;
use support::load::{self, Answered};
use support::numbers::{Sample, rate, tenths, time, times};
use support::table::{Table, heading};
use support::tools::Localstripe;

/// localstripe takes any key of this form.
const ANY_KEY: &str = "sk_test_billctl_figures";

const DEFAULTS: [(&str, u64); 4] = [("clients", 16), ("seconds", 5), ("rounds", 3), ("products", 1000)];

fn main() -> ExitCode {
    support::run(&DEFAULTS, |options| {
        let bench = Bench {
            time: Duration::from_secs(options.get("seconds")?),
            products: options.count("products")?,
            localstripe: Localstripe::find(),
        };
        let mut rows = Vec::new();
        for ask in [Ask::Product, Ask::Customer, Ask::Price, Ask::List] {
            rows.extend([options.count("clients")?, 1].map(|clients| Row::new(ask, clients)));
        }
        for _ in 0..options.get("rounds")? {
            for row in &mut rows {
                bench.measure(row)?;
            }
        }
        heading(&format!("Requests answered, {} s each: median (min–max)", bench.time.as_secs()));
        show(&rows);
        Ok(())
    })
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Product,
    Customer,
    Price,
    List,
}

impl Ask {
    fn name(self) -> &'static str {
        match self {
            Ask::Product => "POST /v1/products",
            Ask::Customer => "POST /v1/customers",
            Ask::Price => "POST /v1/prices",
            Ask::List => "GET /v1/products?limit=100",
        }
    }

    /// The kind of what it makes.
    fn makes(self) -> Option<&'static str> {
        match self {
            Ask::Product => Some("product"),
            Ask::Customer => Some("customer"),
            Ask::Price => Some("price"),
            Ask::List => None,
        }
    }

    fn request(self, key: &str, client: usize, number: usize) -> Vec<u8> {
        match self {
            Ask::Product => {
                let form = format!("name=Product+{client}.{number}&metadata[tier]=gold");
                request("POST", "/v1/products", key, &form)
            }
            Ask::Customer => {
                let form = format!("email=c{client}.{number}%40example.com&metadata[tier]=gold");
                request("POST", "/v1/customers", key, &form)
            }
            Ask::Price => {
                let form = format!(
                    "product=base&currency=usd&unit_amount=4900&recurring[interval]=month\
                     &lookup_key=k{client}.{number}"
                );
                request("POST", "/v1/prices", key, &form)
            }
            Ask::List => request("GET", "/v1/products?limit=100", key, ""),
        }
    }

    /// What must be there before.
    fn base(self, key: &str, products: usize) -> Vec<Vec<u8>> {
        match self {
            Ask::Product | Ask::Customer => Vec::new(),
            Ask::Price => vec![request("POST", "/v1/products", key, "id=base&name=Base")],
            Ask::List => (0..products).map(|number| Ask::Product.request(key, 0, number)).collect(),
        }
    }
}

struct Bench {
    time: Duration,
    /// How many products the lists are of.
    products: usize,
    localstripe: Option<PathBuf>,
}

struct Row {
    ask: Ask,
    clients: usize,
    ours: Rates,
    theirs: Rates,
    /// Tenths of a create that one flush of the disk made durable.
    per_commit: Sample,
}

impl Row {
    fn new(ask: Ask, clients: usize) -> Row {
        Row { ask, clients, ours: Rates::default(), theirs: Rates::default(), per_commit: Sample::default() }
    }
}

#[derive(Default)]
struct Rates {
    per_second: Sample,
    /// The time that 99 % of the answers took at most.
    p99: Sample,
}

impl Rates {
    fn add(&mut self, answered: &Answered) {
        self.per_second.add(answered.per_second());
        self.p99.add(answered.latency.percentile(99));
    }
}

impl Bench {
    /// Has both servers answer for a while, each from an empty state.
    fn measure(&self, row: &mut Row) -> anyhow::Result<()> {
        self.measure_billctl(row)?;
        match &self.localstripe {
            // It has no prices.
            Some(program) if row.ask != Ask::Price => self.measure_localstripe(program, row),
            Some(_) | None => Ok(()),
        }
    }

    /// Ends the emulator without a warning and holds what it kept against what it acknowledged.
    fn measure_billctl(&self, row: &mut Row) -> anyhow::Result<()> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let emulator = Emulator::start(folder.path(), &[])?;
        load::each(emulator.address(), row.ask.base(&emulator.api_key, self.products))?;
        let before = emulator.counts()?;
        let answered = self.load(emulator.address(), &emulator.api_key, row)?;
        let commits = emulator.counts()?.since(&before).commits;
        emulator.kill()?;
        if let Some(kind) = row.ask.makes() {
            let kept = Emulator::start(folder.path(), &[])?.counts()?.objects_of(kind);
            ensure!(kept >= answered.count, "{} were acknowledged and {kept} kept", answered.count);
            row.per_commit.add(answered.count * 10 / commits.max(1));
        }
        row.ours.add(&answered);
        Ok(())
    }

    fn measure_localstripe(&self, program: &Path, row: &mut Row) -> anyhow::Result<()> {
        let server = Localstripe::start(program)?;
        load::each(&server.address, row.ask.base(ANY_KEY, self.products))?;
        let answered = self.load(&server.address, ANY_KEY, row)?;
        row.theirs.add(&answered);
        Ok(())
    }

    fn load(&self, address: &str, key: &str, row: &Row) -> anyhow::Result<Answered> {
        let (key, ask) = (key.to_owned(), row.ask);
        load::load(address, row.clients, self.time, move |client, number| ask.request(&key, client, number))
    }
}

fn show(rows: &[Row]) {
    let mut table =
        Table::new(["request", "clients", "billctl", "p99", "a flush", "localstripe", "p99", "ratio"]);
    for Row { ask, clients, ours, theirs, per_commit } in rows {
        let (mine, other) = (ours.per_second.median(), theirs.per_second.median());
        let is_compared = other > 0;
        let per_commit = match ask.makes() {
            Some(_) => format!("{} creates", tenths(per_commit.median(), 10)),
            None => String::new(),
        };
        let compared = |text: String| if is_compared { text } else { "–".to_owned() };
        table.row([
            ask.name(),
            &clients.to_string(),
            &ours.per_second.show(rate),
            &time(ours.p99.median()),
            &per_commit,
            &compared(theirs.per_second.show(rate)),
            &compared(time(theirs.p99.median())),
            &compared(times(mine, other)),
        ]);
    }
    table.print();
}
