//! `billctl events listen`: receive webhooks until stopped.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use url::Url;

use super::Outcome;
use crate::billing::signature::DEFAULT_TOLERANCE;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::listen::{
    Applier, Clock, Failed, Forward, Kept, Limits, Listener, Metrics, Notice, Options, Queueing, Refresh,
    Secrets, Sink, Taken, listen,
};
use crate::render::{Format, Present, Role, Text, View};
use crate::settings::profile::Target;
use crate::settings::webhook_secret::WebhookSecret;
use crate::store::outbox::Outbox;
use crate::stripe::webhook::Endpoint;

/// How many lines about events wait to be printed; what comes faster is stored, but not shown.
const WAITING_LINES: usize = 1024;
/// How long an application may take to take an event that is passed on.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long stored events may take to be applied when the listener stops.
const APPLY_TIME: Duration = Duration::from_secs(10);

/// Receive webhooks: verify, store, answer, apply to the mirror; until stopped
///
/// Events are posted to /webhook. One is answered 200 once it is on the disk, and applied to the mirror after that, so
/// that neither a crash nor a slow mirror loses it. GET /healthz and /metrics tell how it does.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events listen
  billctl events listen --forward-to http://localhost:3000/api/webhook
  billctl events listen --host 0.0.0.0 --port 8080 --webhook-secret-file secret --profile live --live

What is passed on with `--forward-to` has the very same bytes and headers. It is sent again until it is
accepted, for a day at most, and survives a restart.")]
pub struct ListenArgs {
    /// The port; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 4242)]
    pub port: u16,
    /// The address to listen on; 0.0.0.0 is every one of this machine's
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
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
    check(ctx)?;
    let mut stop = ctx.stop()?;
    let (teller, mut notices) = mpsc::channel(WAITING_LINES);
    let listening = Listening::start(ctx, &args, &teller).await?;
    let started = Started::new(ctx, &args, &listening)?;
    // Scripts read the first line and leave the rest: the document must be all of it.
    match ctx.settings().format {
        Format::Json | Format::Jsonl => ctx.print(&format!("{}\n", started.json()))?,
        Format::Table | Format::Csv => ctx.show(&started)?,
    }
    ctx.ui().status("Listening until stopped; press Ctrl-C to stop");
    loop {
        tokio::select! {
            () = stop.asked() => break,
            Some(notice) = notices.recv() => say(ctx, &notice)?,
        }
    }
    let metrics = Arc::clone(&listening.metrics);
    listening.stop().await;
    while let Ok(notice) = notices.try_recv() {
        say(ctx, &notice)?;
    }
    let (stored, again, refused) = metrics.totals();
    ctx.ui().status(&format!("Stopped: {stored} stored, {again} came again, {refused} refused"));
    Ok(Outcome::Done)
}

/// What can be said before anything is opened.
fn check(ctx: &Context) -> anyhow::Result<()> {
    let settings = ctx.settings();
    if settings.dry_run {
        return Err(fail(
            Kind::Usage,
            "A dry run cannot receive events: Stripe would take them for delivered",
            "Check a body that was received with `billctl events verify`",
        ));
    }
    if settings.format == Format::Csv {
        return Err(fail(
            Kind::Usage,
            "`events listen` writes no CSV: its first line says where it listens",
            "Use `-o jsonl` for one object an event, and `billctl events list -o csv` for a table",
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

/// All that runs.
struct Listening {
    listener: Listener,
    applier: Applier,
    forward: Option<(watch::Sender<bool>, JoinHandle<()>)>,
    metrics: Arc<Metrics>,
    secrets: usize,
}

impl Listening {
    async fn start(
        ctx: &Context,
        args: &ListenArgs,
        teller: &mpsc::Sender<Notice>,
    ) -> anyhow::Result<Listening> {
        let clock = ctx.clock();
        let clock: Clock = Arc::new(move || clock.now());
        let metrics = Arc::new(Metrics::default());
        let found = exposable(ctx.webhook_secrets(&args.secret_files)?);
        let count = found.len();
        let refresh = refresh(ctx, args, &found)?;
        let secrets = Arc::new(Secrets::new(found, refresh));
        let (mut sink, mut forward): (Box<dyn Sink>, _) = (Box::new(ctx.books()?), None);
        if let Some(url) = &args.forward_to {
            let endpoint = Endpoint::open(url, FORWARD_TIMEOUT)?;
            let path = ctx.state_dir()?.join("outbox.db");
            let (secrets, clock) = (Arc::clone(&secrets), Arc::clone(&clock));
            let sender = Forward::open(&path, endpoint, secrets, clock, Arc::clone(&metrics), told(teller))?;
            sink = Box::new(Queueing::new(Outbox::open(&path)?, sender.waiting(), ctx.books()?));
            forward = Some(sender);
        }
        let applier = Applier::start(
            ctx.books()?,
            ctx.mirror()?,
            Arc::clone(&clock),
            Arc::clone(&metrics),
            told(teller),
        )?;
        let options = Options {
            address: SocketAddr::new(args.host, args.port),
            path: args.path.clone(),
            secrets,
            tolerance: args.tolerance,
            livemode: Some(ctx.is_live()?),
            keep_headers: args.forward_to.is_some(),
            limits: Limits::default(),
            clock,
            notices: Some(teller.clone()),
        };
        let wake = applier.waker();
        let listener = listen(options, sink, Arc::clone(&metrics), Box::new(move || wake.wake())).await?;
        let forward = forward.map(|forward| {
            let (stop, stopping) = watch::channel(false);
            (stop, tokio::spawn(forward.run(stopping)))
        });
        Ok(Listening { listener, applier, forward, metrics, secrets: count })
    }

    /// Nothing new is taken, what was taken is stored, and then applied and passed on as far as that goes quickly.
    async fn stop(self) {
        let Listening { listener, applier, forward, metrics: _, secrets: _ } = self;
        listener.stop().await;
        applier.stop(APPLY_TIME).await;
        if let Some((stop, running)) = forward {
            stop.send_replace(true);
            if running.await.is_err() {
                tracing::error!("what passes events on could not be joined");
            }
        }
    }
}

/// Tells in the same place as of events; what nobody reads in time is in the log.
fn told(teller: &mpsc::Sender<Notice>) -> Failed {
    let teller = teller.clone();
    Box::new(move |why| {
        tracing::warn!(why);
        // Full, or at its end: the log has it.
        let _ = teller.try_send(Notice::Trouble(why));
    })
}

fn exposable(secrets: Vec<WebhookSecret>) -> Vec<SecretString> {
    secrets.into_iter().map(|found| found.secret).collect()
}

/// On the emulator, endpoints may be made while this listens, each with a secret of its own.
fn refresh(ctx: &Context, args: &ListenArgs, known: &[SecretString]) -> anyhow::Result<Option<Refresh>> {
    if !args.secret_files.is_empty() || ctx.profile()?.target != Target::Emulator {
        return Ok(None);
    }
    let (read, known) = (ctx.emulator_webhook_secrets(), known.to_vec());
    Ok(Some(Arc::new(move || {
        let now = exposable(read().ok()?);
        Some(known.iter().cloned().chain(now).collect())
    })))
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
}

impl Started {
    fn new(ctx: &Context, args: &ListenArgs, listening: &Listening) -> anyhow::Result<Started> {
        Ok(Started {
            url: format!("http://{}{}", listening.listener.address, args.path),
            profile: ctx.profile()?.name,
            livemode: ctx.is_live()?,
            secrets: listening.secrets,
            forward_to: args.forward_to.as_ref().map(Url::to_string),
        })
    }
}

impl Present for Started {
    fn json(&self) -> Value {
        let Started { url, profile, livemode, secrets, forward_to } = self;
        json!({
            "url": url,
            "profile": profile,
            "livemode": livemode,
            "secrets": secrets,
            "forward_to": forward_to,
        })
    }

    fn view(&self) -> View {
        let Started { url, profile, livemode, secrets, forward_to } = self;
        let mode = if *livemode { "live" } else { "test" };
        let mut fields = vec![
            ("Address", Text::new(Role::Strong, url)),
            ("Profile", Text::from(format!("{profile}, {mode} mode"))),
            ("Secrets", Text::from(secrets.to_string())),
        ];
        fields.extend(forward_to.as_deref().map(|to| ("Passed on to", Text::from(to))));
        View::new().fields(fields)
    }
}
