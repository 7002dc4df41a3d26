//! `billctl events listen`: receive webhooks until stopped.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use url::{Host, Url};

use super::Outcome;
use super::receiving::Receiving;
use crate::billing::signature::DEFAULT_TOLERANCE;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::listen::{Kept, Notice, Taken};
use crate::render::{Format, Present, Role, Text, View};
use crate::settings::profile::Target;
use crate::stripe::webhook::shown;

/// How many lines about events wait to be printed; what comes faster is stored, but not shown.
const WAITING_LINES: usize = 1024;

/// Receive webhooks: verify, store, answer, apply to the mirror; until stopped
///
/// Events are posted to /webhook. One is answered 200 once it is on the disk, and applied to the mirror after that, so
/// that neither a crash nor a slow mirror loses it. GET /healthz and /metrics tell how it does. With `--poll` they are
/// read from Stripe as well, and no webhook secret is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events listen
  billctl events listen --forward-to http://localhost:3000/api/webhook
  billctl events listen --poll --forward-to http://localhost:3000/api/webhook     where no webhook gets to
  billctl events listen --host 0.0.0.0 --port 8080 --webhook-secret-file secret --profile live --live

What is passed on with `--forward-to` has the very same bytes and headers. It is sent again until it is
accepted, for a day at most, and survives a restart.")]
pub struct ListenArgs {
    /// The port; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 4242)]
    pub port: u16,
    /// The address to listen on; 0.0.0.0 is every one of this machine's
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub host: IpAddr,
    /// The path that events are posted to
    #[arg(long, value_name = "PATH", default_value = "/webhook", value_parser = path)]
    pub path: String,
    /// A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the
    /// profile's, the emulator's own]
    #[arg(long = "webhook-secret-file", value_name = "FILE")]
    pub secret_files: Vec<PathBuf>,
    /// How many seconds a signature may be old, or from the future; 0 allows any age
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TOLERANCE, value_parser = clap::value_parser!(i64).range(0..))]
    pub tolerance: i64,
    /// Pass every event on to this address, byte for byte
    #[arg(long, value_name = "URL")]
    pub forward_to: Option<Url>,
    /// Read events from Stripe, too, every so many seconds: for a machine that no webhook can reach
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        default_missing_value = "10",
        value_parser = seconds
    )]
    pub poll: Option<u64>,
}

/// An address of this machine; names are not looked up.
fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        _ => text.parse().map_err(|_| "write an IP address: 127.0.0.1, 0.0.0.0, ::1".to_owned()),
    }
}

/// A time between two readings.
fn seconds(text: &str) -> Result<u64, String> {
    let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
    seconds.ok_or_else(|| "write seconds, from 1 to 86400: 30".to_owned())
}

/// A path that a URL can have.
fn path(text: &str) -> Result<String, String> {
    let is_plain = |letter: char| letter.is_ascii_graphic() && !"?#".contains(letter);
    if !text.starts_with('/') || !text.chars().all(is_plain) {
        return Err("write it like /webhook".to_owned());
    }
    if ["/healthz", "/metrics"].contains(&text.trim_end_matches('/')) {
        return Err("that path tells how the listener does".to_owned());
    }
    Ok(text.to_owned())
}

pub async fn run(ctx: &Context, args: ListenArgs) -> anyhow::Result<Outcome> {
    check(ctx, &args)?;
    let mut stop = ctx.stop()?;
    let (teller, mut notices) = mpsc::channel(WAITING_LINES);
    let receiving = Receiving::start(ctx, &args, &teller).await?;
    let started = Started::new(ctx, &args, &receiving)?;
    // Scripts read the first line and leave the rest: the document must be all of it.
    match ctx.settings().format {
        Format::Json | Format::Jsonl => ctx.print(&format!("{}\n", started.json()))?,
        Format::Table | Format::Csv => ctx.show(&started)?,
    }
    if started.is_unsigned() {
        ctx.ui().hint(
            "What is passed on has no signature: `--webhook-secret-file FILE` names a secret to sign it with",
        );
    }
    ctx.ui().status("Listening until stopped; press Ctrl-C to stop");
    loop {
        tokio::select! {
            () = stop.asked() => break,
            Some(notice) = notices.recv() => say(ctx, &notice)?,
        }
    }
    let metrics = Arc::clone(&receiving.metrics);
    receiving.stop().await;
    while let Ok(notice) = notices.try_recv() {
        say(ctx, &notice)?;
    }
    let (stored, again, refused) = metrics.totals();
    ctx.ui().status(&format!("Stopped: {stored} stored, {again} came again, {refused} refused"));
    Ok(Outcome::Done)
}

/// Whether an address is the one that this listens on.
fn is_own(args: &ListenArgs, url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback() || args.host == address,
        Some(Host::Ipv6(address)) => address.is_loopback() || args.host == address,
        None => false,
    };
    is_here && url.port_or_known_default() == Some(args.port) && url.path() == args.path
}

/// What can be said before anything is opened.
fn check(ctx: &Context, args: &ListenArgs) -> anyhow::Result<()> {
    let settings = ctx.settings();
    if settings.dry_run {
        return Err(fail(
            Kind::Usage,
            "A dry run cannot receive events: Stripe would take them for delivered",
            "Check a body that was received with `billctl events verify`; `billctl events pull --dry-run` says what Stripe has",
        ));
    }
    if settings.format == Format::Csv {
        return Err(fail(
            Kind::Usage,
            "`events listen` writes no CSV: its first line says where it listens",
            "Use `-o jsonl` for one object an event, and `billctl events list -o csv` for a table",
        ));
    }
    if args.forward_to.as_ref().is_some_and(|url| is_own(args, url)) {
        return Err(fail(
            Kind::Usage,
            "Events would be passed on to this listener itself",
            "Give the application's own address to `--forward-to`, or another `--port` to the listener",
        ));
    }
    let profile = ctx.profile()?;
    if let Target::Account(account) = &profile.target
        && account.live
        && !settings.live
    {
        return Err(fail(
            Kind::Refused,
            format!("The profile `{}` is live, and `--live` was not given", profile.name),
            "Add `--live` to say that it is meant",
        ));
    }
    Ok(())
}

fn say(ctx: &Context, notice: &Notice) -> anyhow::Result<()> {
    match notice {
        Notice::Taken(taken) => match ctx.settings().format {
            Format::Table | Format::Csv => ctx.print(&line(taken)),
            Format::Jsonl => ctx.print(&format!("{}\n", document(taken))),
            Format::Json => Ok(()),
        },
        Notice::Refused { code, message } => {
            ctx.ui().warn(&format!("refused an event: {message} ({code})"));
            Ok(())
        }
        Notice::Trouble(why) => {
            ctx.ui().warn(why);
            Ok(())
        }
    }
}

/// `2026-11-01T00:00:00Z  invoice.paid                    evt_1  in_1`
fn line(taken: &Taken) -> String {
    let Taken { id, event_type, object, created, kept } = taken;
    let at = time(*created);
    let object = object.as_deref().unwrap_or_default();
    let again = match kept {
        Kept::Stored => "",
        Kept::Duplicate => "  again",
    };
    let text = crate::render::visible(&format!("{at}  {event_type:<34}  {id}  {object}{again}"));
    format!("{}\n", text.trim_end().replace('\n', "\\n"))
}

fn document(taken: &Taken) -> Value {
    let Taken { id, event_type, object, created, kept } = taken;
    json!({
        "id": id,
        "type": event_type,
        "created": time(*created),
        "object": object,
        "status": match kept {
            Kept::Stored => "stored",
            Kept::Duplicate => "duplicate",
        },
    })
}

/// Where it listens and for whom.
struct Started {
    url: String,
    profile: String,
    livemode: bool,
    secrets: usize,
    forward_to: Option<String>,
    /// In seconds.
    poll: Option<u64>,
}

impl Started {
    /// Whether events are passed on and nothing is there to sign them with.
    fn is_unsigned(&self) -> bool {
        self.forward_to.is_some() && self.secrets == 0
    }

    fn new(ctx: &Context, args: &ListenArgs, receiving: &Receiving) -> anyhow::Result<Started> {
        Ok(Started {
            url: format!("http://{}{}", receiving.listener.address, args.path),
            profile: ctx.profile()?.name,
            livemode: ctx.is_live()?,
            secrets: receiving.secrets,
            forward_to: args.forward_to.as_ref().map(shown),
            poll: args.poll,
        })
    }
}

impl Present for Started {
    fn json(&self) -> Value {
        let Started { url, profile, livemode, secrets, forward_to, poll } = self;
        json!({
            "url": url,
            "profile": profile,
            "livemode": livemode,
            "secrets": secrets,
            "forward_to": forward_to,
            "poll": poll,
        })
    }

    fn view(&self) -> View {
        let Started { url, profile, livemode, secrets, forward_to, poll } = self;
        let mode = if *livemode { "live" } else { "test" };
        let mut fields = vec![
            ("Address", Text::new(Role::Strong, url)),
            ("Profile", Text::from(format!("{profile}, {mode} mode"))),
            ("Secrets", Text::from(secrets.to_string())),
        ];
        fields.extend(poll.map(|seconds| ("Read from Stripe", Text::from(format!("every {seconds} s")))));
        fields.extend(forward_to.as_deref().map(|to| ("Passed on to", Text::from(to))));
        View::new().fields(fields)
    }
}
