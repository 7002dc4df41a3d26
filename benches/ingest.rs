//! The webhook receiver under load: signed events a second, each durable before its 200, next to the same receiver with
//! the storing left out, with one commit an event, and to the flushes that the same disk does a second.
//!
//!     cargo bench --bench ingest -- seconds=3 rounds=3

mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use billctl::billing::signature;
use billctl::listen::{Arrival, Keeping, Kept, Limits, Listener, Metrics, Options, Secrets, Sink, listen};
use billctl::store::books::Books;
use jiff::Timestamp;
use serde_json::{Value, json};
use support::load::{self, Answered};
use support::numbers::{Sample, per_second, rate, tenths, time};
use support::table::{Table, heading};

const SECRET: &str = "whsec_test_billctl_figures";
const CONNECTIONS: [usize; 3] = [64, 16, 1];
const DEFAULTS: [(&str, u64); 2] = [("seconds", 3), ("rounds", 3)];

fn main() -> ExitCode {
    support::run(&DEFAULTS, |options| {
        let seconds = Duration::from_secs(options.get("seconds")?);
        let event = Event::new();
        let mut rows: Vec<Row> = CONNECTIONS
            .into_iter()
            .flat_map(|count| Receiver::ALL.map(|kind| Row::new(kind, count)))
            .collect();
        let mut flushes = Sample::default();
        for round in 0..options.get("rounds")? {
            flushes.add(flush_rate()?);
            for row in &mut rows {
                row.measure(&event, round, seconds)?;
            }
        }
        heading(&format!(
            "Events of {} bytes answered 200, {} s each: median (min–max)",
            event.signed(0, 0, 0).1.len(),
            seconds.as_secs()
        ));
        show(&rows);
        heading("Flushes of 4 KiB appended to a file on the same disk");
        support::table::line(&flushes.show(rate));
        Ok(())
    })
}

/// What takes the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receiver {
    /// The receiver with a store that keeps nothing.
    Nothing,
    /// The receiver as it is: all that wait in one commit.
    Grouped,
    /// The same store, with a commit for each event.
    Single,
    /// The whole command as a process, which also applies events to the mirror.
    Command,
}

impl Receiver {
    const ALL: [Receiver; 4] = [Receiver::Nothing, Receiver::Grouped, Receiver::Single, Receiver::Command];

    fn name(self) -> &'static str {
        match self {
            Receiver::Nothing => "nothing stored",
            Receiver::Grouped => "stored",
            Receiver::Single => "stored, a commit each",
            Receiver::Command => "events listen, with the mirror",
        }
    }
}

/// An event of the usual size, whose ids differ from request to request.
#[derive(Clone)]
struct Event {
    parts: Arc<[String; 3]>,
}

impl Event {
    fn new() -> Event {
        let item = json!({
            "id": "si_Q1a2b3c4d5e6f7", "object": "subscription_item", "created": 1_793_491_200,
            "current_period_end": 1_796_083_200, "current_period_start": 1_793_491_200, "metadata": {}, "quantity": 1,
            "price": {
                "id": "price_1QaBcDeFgHiJkLmN", "object": "price", "active": true, "billing_scheme": "per_unit",
                "created": 1_790_000_000, "currency": "usd", "livemode": false, "lookup_key": "pro.monthly",
                "metadata": {"billctl_project": "nexus", "billctl_key": "pro.monthly"}, "product": "nexus_pro",
                "recurring": {"interval": "month", "interval_count": 1, "meter": null, "usage_type": "licensed"},
                "tax_behavior": "unspecified", "type": "recurring", "unit_amount": 9900, "unit_amount_decimal": "9900",
            },
            "subscription": "sub_OBJECT", "tax_rates": [],
        });
        let subscription = json!({
            "id": "sub_OBJECT", "object": "subscription", "application": null, "automatic_tax": {"enabled": false},
            "billing_cycle_anchor": 1_793_491_200, "cancel_at": null, "cancel_at_period_end": false, "canceled_at": null,
            "collection_method": "charge_automatically", "created": 1_793_491_200, "currency": "usd",
            "customer": "cus_OBJECT", "days_until_due": null, "default_payment_method": "pm_1QaBcDeFgHiJkLmN",
            "description": null, "discounts": [], "ended_at": null, "items": {"object": "list", "data": [item],
            "has_more": false, "total_count": 1, "url": "/v1/subscription_items?subscription=sub_OBJECT"},
            "latest_invoice": "in_1QaBcDeFgHiJkLmN", "livemode": false, "metadata": {"userId": "u_4711"},
            "next_pending_invoice_item_invoice": null, "on_behalf_of": null, "pause_collection": null,
            "payment_settings": {"payment_method_options": null, "payment_method_types": null,
            "save_default_payment_method": "on_subscription"}, "pending_setup_intent": null, "schedule": null,
            "start_date": 1_793_491_200, "status": "active", "test_clock": null, "trial_end": null, "trial_start": null,
        });
        let event = json!({
            "id": "evt_EVENT", "object": "event", "api_version": "2026-10-28.endive", "created": 1_793_491_200,
            "data": {"object": subscription, "previous_attributes": {"status": "incomplete"}}, "livemode": false,
            "pending_webhooks": 1, "request": {"id": "req_Q1a2b3c4d5e6f7", "idempotency_key": null},
            "type": "customer.subscription.updated",
        });
        let text = format!("{event:#}");
        let (head, rest) = text.split_once("EVENT").unwrap_or_default();
        Event { parts: Arc::new([head.to_owned(), rest.to_owned(), SECRET.to_owned()]) }
    }

    /// The header and body of one event. Of every subscription there are some ten. Ids are as Stripe makes them: those of
    /// events and subscriptions begin with the time, those of customers are scattered.
    fn signed(&self, round: u64, client: usize, number: usize) -> (String, String) {
        let [head, rest, secret] = &*self.parts;
        let now = now();
        let millisecond = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let object = mixed(round, client, number / 10);
        let rest = rest
            .replace("sub_OBJECT", &format!("sub_1{:07x}{object:016x}", millisecond / 100_000))
            .replace("OBJECT", &format!("{object:016x}"));
        let body = format!("{head}1{millisecond:x}{:012x}{rest}", mixed(round, client, number) >> 16);
        (signature::header(&[secret], now.as_second(), body.as_bytes()), body)
    }

    fn request(&self, round: u64, client: usize, number: usize) -> Vec<u8> {
        let (header, body) = self.signed(round, client, number);
        let length = body.len();
        format!(
            "POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\n\
             User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nStripe-Signature: {header}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// A number that looks like chance, and is another one for others.
fn mixed(round: u64, client: usize, number: usize) -> u64 {
    let count = |count: usize| u64::try_from(count).unwrap_or_default();
    // The finalizer of SplitMix64, which mixes one to one.
    let mut mixed = (round << 48) | (count(client) << 36) | count(number);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "what is measured runs in real time")]
    Timestamp::now()
}

struct Row {
    receiver: Receiver,
    connections: usize,
    per_second: Sample,
    p50: Sample,
    p99: Sample,
}

impl Row {
    fn new(receiver: Receiver, connections: usize) -> Row {
        let empty = Sample::default;
        Row { receiver, connections, per_second: empty(), p50: empty(), p99: empty() }
    }

    /// Has the receiver answer for a while, from empty books, and holds what they keep against what was answered.
    fn measure(&mut self, event: &Event, round: u64, seconds: Duration) -> anyhow::Result<()> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let books = folder.path().join(".billctl/emulator/books.db");
        let event = event.clone();
        let request = move |client, number| event.request(round, client, number);
        let answered = match self.receiver {
            Receiver::Command => {
                let command = Serving::start(folder.path())?;
                load::load(&command.address, self.connections, seconds, request)?
            }
            Receiver::Nothing => self.in_process(Box::new(Forgetful), seconds, request)?,
            Receiver::Grouped => {
                self.in_process(Box::new(Keeping::start(Books::open(&books)?)?), seconds, request)?
            }
            Receiver::Single => self.in_process(Box::new(Single(Books::open(&books)?)), seconds, request)?,
        };
        if self.receiver != Receiver::Nothing {
            let kept = u64::try_from(Books::open(&books)?.last_seq()?)?;
            ensure!(kept >= answered.count, "{} were answered and {kept} kept", answered.count);
        }
        self.per_second.add(answered.per_second());
        self.p50.add(answered.latency.percentile(50));
        self.p99.add(answered.latency.percentile(99));
        Ok(())
    }

    fn in_process(
        &self,
        sink: Box<dyn Sink>,
        seconds: Duration,
        request: impl Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
    ) -> anyhow::Result<Answered> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let listener = runtime.block_on(receiver(sink))?;
        let answered = load::load(&listener.address.to_string(), self.connections, seconds, request);
        runtime.block_on(listener.stop());
        answered
    }
}

async fn receiver(sink: Box<dyn Sink>) -> anyhow::Result<Listener> {
    let options = Options {
        address: "127.0.0.1:0".parse()?,
        path: "/webhook".to_owned(),
        secrets: Arc::new(Secrets::new(vec![SECRET.to_owned().into()], None)),
        tolerance: 300,
        livemode: Some(false),
        keep_headers: false,
        limits: Limits::default(),
        clock: Arc::new(now),
        notices: None,
    };
    listen(options, sink, Arc::new(Metrics::default()), Box::new(|| {})).await
}

/// Keeps nothing.
struct Forgetful;

impl Sink for Forgetful {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        Ok(vec![Kept::Stored; arrivals.len()])
    }
}

/// Commits each event by itself.
struct Single(Books);

impl Sink for Single {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        let mut kept = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            kept.extend(self.0.add(std::slice::from_ref(arrival))?);
        }
        Ok(kept)
    }
}

/// `billctl events listen` as a process; it is killed when this is dropped.
struct Serving {
    address: String,
    child: Child,
}

impl Serving {
    fn start(folder: &Path) -> anyhow::Result<Serving> {
        use std::io::BufRead as _;

        let child = Command::new(env!("CARGO_BIN_EXE_billctl"))
            .args(["events", "listen", "--quiet", "--port", "0", "-o", "json"])
            .env_clear()
            .env("HOME", folder)
            .env("STRIPE_WEBHOOK_SECRET", SECRET)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut serving = Serving { address: String::new(), child };
        let mut line = String::new();
        let stdout = serving.child.stdout.take().context("No stdout")?;
        std::io::BufReader::new(stdout).read_line(&mut line)?;
        let started: Value = serde_json::from_str(&line).with_context(|| format!("It said `{line}`"))?;
        let url = started["url"].as_str().context("No address")?;
        serving.address = support::http::address(url).trim_end_matches("/webhook").to_owned();
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How often a second 4 KiB can be appended to a file and flushed.
fn flush_rate() -> anyhow::Result<u64> {
    let mut file = tempfile::tempfile_in(env!("CARGO_TARGET_TMPDIR"))?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(per_second(count, begun.elapsed()))
}

fn show(rows: &[Row]) {
    let mut table = Table::new(["connections", "receiver", "events", "p50", "p99", "of nothing stored"]);
    for Row { receiver, connections, per_second, p50, p99 } in rows {
        let nothing =
            rows.iter().find(|row| row.connections == *connections && row.receiver == Receiver::Nothing);
        let base = nothing.map_or(0, |row| row.per_second.median());
        table.row([
            &connections.to_string(),
            receiver.name(),
            &per_second.show(rate),
            &time(p50.median()),
            &time(p99.median()),
            &format!("{} %", tenths(per_second.median() * 100, base)),
        ]);
    }
    table.print();
}
