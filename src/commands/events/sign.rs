//! `billctl events sign`: the header that Stripe would send with a body.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{Outcome, input};
use crate::billing::signature;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, View};

/// Sign a body as Stripe does, and print the Stripe-Signature header
///
/// The body is signed byte for byte, with each of the secrets: one `v1` a secret, as while one is rolled.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl events sign --body event.json --webhook-secret-file secret
  curl -H \"Stripe-Signature: $(billctl events sign --body event.json)\" \\
       --data-binary @event.json http://127.0.0.1:4242/webhook")]
pub struct SignArgs {
    /// The file with the body as it will be sent; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    pub body: PathBuf,
    /// A file with the signing secret (whsec_…); may be repeated [default: STRIPE_WEBHOOK_SECRET, the
    /// profile's, the emulator's own]
    #[arg(long = "webhook-secret-file", value_name = "FILE")]
    pub secret_files: Vec<PathBuf>,
    /// When it is signed [default: now]
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

pub async fn run(ctx: &Context, args: SignArgs) -> anyhow::Result<Outcome> {
    let body = input::body(&args.body)?;
    let secrets = ctx.webhook_secrets(&args.secret_files)?;
    let exposed: Vec<&str> = secrets.iter().map(|found| found.secret.expose_secret()).collect();
    let timestamp = args.at.unwrap_or_else(|| ctx.clock().now()).as_second();
    if timestamp < 0 {
        return Err(fail(
            Kind::Usage,
            "A signature's time is counted in seconds since 1970, and `--at` is before that",
            "Give a later time",
        ));
    }
    ctx.show(&Signed { header: signature::header(&exposed, timestamp, &body), timestamp })?;
    Ok(Outcome::Done)
}

struct Signed {
    header: String,
    timestamp: i64,
}

impl Present for Signed {
    fn json(&self) -> Value {
        let Signed { header, timestamp } = self;
        json!({ "header": header, "timestamp": timestamp })
    }

    fn view(&self) -> View {
        View::new().line(self.header.as_str())
    }
}
