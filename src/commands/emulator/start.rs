//! `billctl emulator start`: serve the offline Stripe until stopped.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Outcome;
use crate::context::Context;
use crate::emulator::{self, BadRule, FaultPlan, Limits, Options, Sending, Server};
use crate::error::{Kind, fail};
use crate::render::{Format, Present, Role, Text, View};

/// Serve the project's emulator on its own port until stopped
///
/// Any program that speaks Stripe's API can use it: Stripe's SDKs and CLI take its address and key as they are.
/// While it runs, other billctl commands on the emulator use it too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl emulator start --port 12111
  billctl emulator start --limit 25 --endpoint-limit 25 --latency 100
  billctl emulator start --forward-to http://127.0.0.1:3000/webhook
  billctl emulator start --fault 'POST /v1/prices:nth=3:cut-after'
  billctl emulator start --fault 'DELIVER invoice.*:every=2:twice'

Faults of requests, METHOD ROUTE[:option…]:FAULT: delay=MS, 429-all, 429-endpoint, 429-lock, 409, 500-before,
500-after, 500-kept, 502, cut-before, cut-after, stall-before, stall-after, twice.
Faults of deliveries, DELIVER EVENT_TYPE[:option…]:FAULT: delay=MS, twice, drop, reorder=N, lost-answer.
Options: nth=N, every=N, chance=PERCENT, seed=N, count=N, and for requests retry=true|false.

While it runs, POST rules to /_emulator/faults, one a line; GET /_emulator/status, /_emulator/requests
and /_emulator/deliveries say what happened.")]
pub struct StartArgs {
    /// The port on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = emulator::USUAL_PORT)]
    pub port: u16,
    /// How long every request takes at least
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Requests a second in all, before the next gets a 429
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Requests a second for each endpoint, before the next gets a 429
    #[arg(long, value_name = "N")]
    pub endpoint_limit: Option<u32>,
    /// Meter events a second, which then count for neither of the limits, as in live mode
    #[arg(long, value_name = "N")]
    pub meter_limit: Option<u32>,
    /// Send every event to this URL, signed with the webhook secret that is printed
    #[arg(long, value_name = "URL")]
    pub forward_to: Vec<String>,
    /// Send events to this host too; others than this machine are left out
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// How long after each failed delivery of an event the next try is made; after the last there is none
    #[arg(long, value_name = "MS", value_delimiter = ',', default_values_t = emulator::RETRY_AFTER_MS)]
    pub retry_after: Vec<u64>,
    /// What goes wrong: `METHOD ROUTE[:option…]:FAULT` or `DELIVER EVENT_TYPE[:option…]:FAULT`
    #[arg(long = "fault", value_name = "RULE")]
    pub faults: Vec<String>,
    /// Append every exchange to this file, one JSON document a line; keys are left out
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: StartArgs) -> anyhow::Result<Outcome> {
    let mut stop = ctx.stop()?;
    let faults: FaultPlan = args
        .faults
        .join("\n")
        .parse()
        .map_err(|bad: BadRule| fail(Kind::Usage, bad.to_string(), emulator::RULE_HINT))?;
    let sending = Sending {
        forward_to: args.forward_to,
        hosts: args.allow_host,
        retry_after: args.retry_after.into_iter().map(Duration::from_millis).collect(),
        ..Sending::default()
    };
    for url in &sending.forward_to {
        emulator::reach(url, &sending.hosts).map_err(|note| {
            fail(
                Kind::Usage,
                format!("Events for `--forward-to {url}` are {note}"),
                "Give a URL such as http://127.0.0.1:3000/webhook, or name its host with `--allow-host`",
            )
        })?;
    }
    let folder = super::folder(ctx);
    for (id, url, note) in emulator::unreached(&folder, &sending)? {
        ctx.ui().warn(&format!("Events for the webhook endpoint {id} ({url}) are {note}"));
    }
    let clock = ctx.clock();
    let options = Options {
        port: args.port,
        faults,
        latency: Duration::from_millis(args.latency),
        limits: Limits { all: args.limit, endpoint: args.endpoint_limit, meter_events: args.meter_limit },
        record: args.record,
        clock: Arc::new(move || clock.now().as_second()),
        sending,
        ..Options::new("")
    };
    let started = emulator::start(&folder, options).await?;
    let address = Address::of(&started.server);
    // Scripts read the first line and leave the rest: the document must be all of it.
    if ctx.settings().format == Format::Json {
        ctx.print(&format!("{}\n", address.json()))?;
    } else {
        ctx.show(&address)?;
    }
    ctx.ui().status("Serving until stopped; press Ctrl-C to stop");
    stop.asked().await;
    started.stop().await?;
    Ok(Outcome::Done)
}

/// Where the server is and how to use it.
struct Address {
    base_url: String,
    api_key: String,
    webhook_secret: String,
    account: String,
}

impl Address {
    fn of(server: &Server) -> Address {
        Address {
            base_url: server.base_url.clone(),
            api_key: server.api_key.clone(),
            webhook_secret: server.webhook_secret.clone(),
            account: server.account.clone(),
        }
    }
}

impl Present for Address {
    fn json(&self) -> Value {
        let Address { base_url, api_key, webhook_secret, account } = self;
        json!({
            "base_url": base_url,
            "api_key": api_key,
            "webhook_secret": webhook_secret,
            "account": account,
        })
    }

    fn view(&self) -> View {
        let Address { base_url, api_key, webhook_secret, account } = self;
        View::new().fields([
            ("Address", Text::new(Role::Strong, base_url)),
            ("API key", Text::from(api_key.as_str())),
            ("Webhook secret", Text::from(webhook_secret.as_str())),
            ("Account", Text::from(account.as_str())),
        ])
    }
}
