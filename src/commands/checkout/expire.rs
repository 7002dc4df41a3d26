//! `billctl checkout expire`: a link that can't be paid any more.

use serde_json::{Value, json};

use super::json::json;
use super::show::{check_id, fetch};
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{IdempotencyKey, segment};

/// Close an open checkout: its link can't be paid any more
#[derive(Debug, clap::Args)]
pub struct ExpireArgs {
    /// The session's id
    #[arg(value_name = "SESSION")]
    pub id: String,
}

pub async fn run(ctx: &Context, args: ExpireArgs) -> anyhow::Result<Outcome> {
    check_id(&args.id)?;
    let connection = ctx.stripe().await?;
    let session = fetch(&connection.reader(), &args.id).await?;
    let dry_run = ctx.settings().dry_run;
    let session = match session.get("status").and_then(Value::as_str) {
        Some("complete") => {
            return Err(fail(
                Kind::Failed,
                format!("{} is paid: what is done can't expire", args.id),
                format!("See what became of it with `billctl checkout show {}`", args.id),
            ));
        }
        Some("open") if !dry_run => {
            let writer = ctx.writer(&connection).await?;
            let path = format!("/v1/checkout/sessions/{}/expire", segment(&args.id));
            // It can be done once: whoever does it, the answer is the same.
            let key = IdempotencyKey::new(format!("billctl-expire-{}", args.id))?;
            writer.post(&path, &json!({}), &key).await?.body
        }
        _ => session,
    };
    ctx.show(&Expired { session, dry_run })?;
    Ok(Outcome::Done)
}

struct Expired {
    session: Value,
    dry_run: bool,
}

impl Present for Expired {
    fn json(&self) -> Value {
        let mut json = json(&self.session);
        json["dry_run"] = json!(self.dry_run);
        json
    }

    fn view(&self) -> View {
        let id = self.session.get("id").and_then(Value::as_str).unwrap_or_default();
        let is_open = self.session.get("status").and_then(Value::as_str) == Some("open");
        View::new().line(match is_open {
            true => Text::from(format!("Would close {id}")),
            false => {
                Text::new(Role::Delete, "Closed").plain(format!(" {id}: its link can't be paid any more"))
            }
        })
    }
}
