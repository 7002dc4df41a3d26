//! `billctl payment-link deactivate`

use serde_json::{Value, json};

use super::link;
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::stripe::{IdempotencyKey, segment};

/// Close a payment link: nobody can pay there any more
///
/// What was paid stays, subscriptions go on.
#[derive(Debug, clap::Args)]
pub struct DeactivateArgs {
    /// The link's id
    #[arg(value_name = "LINK")]
    pub id: String,
}

pub async fn run(ctx: &Context, args: DeactivateArgs) -> anyhow::Result<Outcome> {
    let id = args.id;
    if !id.starts_with("plink_") {
        return Err(fail(
            Kind::Usage,
            format!("`{id}` is no payment link's id"),
            "It begins with plink_; `billctl payment-link list` shows them",
        ));
    }
    let connection = ctx.stripe().await?;
    let path = format!("/v1/payment_links/{}", segment(&id));
    let link = match connection.reader().get(&path, &Value::Null).await {
        Ok(link) => link,
        Err(error) if error.is_missing() => {
            return Err(fail(
                Kind::Failed,
                format!("Stripe has no payment link {id} in this account and mode"),
                "See what there is with `billctl payment-link list --all`",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let was_active = link.get("active") == Some(&Value::Bool(true));
    let dry_run = ctx.settings().dry_run;
    let link = match was_active && !dry_run {
        true => {
            let writer = ctx.writer(&connection).await?;
            let key = IdempotencyKey::new(format!("billctl-{:032x}", fastrand::u128(..)))?;
            writer.post(&path, &json!({"active": false}), &key).await?.body
        }
        false => link,
    };
    ctx.show(&Deactivated { link, was_active, dry_run })?;
    Ok(Outcome::Done)
}

struct Deactivated {
    link: Value,
    was_active: bool,
    dry_run: bool,
}

impl Present for Deactivated {
    fn json(&self) -> Value {
        let Deactivated { link, was_active, dry_run } = self;
        let mut json = link::json(link);
        json["was_active"] = json!(was_active);
        json["dry_run"] = json!(dry_run);
        json
    }

    fn view(&self) -> View {
        let id = self.link.get("id").and_then(Value::as_str).unwrap_or_default();
        View::new().line(match (self.was_active, self.dry_run) {
            (false, _) => Text::from(format!("{id} is closed already")),
            (true, true) => Text::from(format!("Would close {id}")),
            (true, false) => {
                Text::new(Role::Delete, "Closed").plain(format!(" {id}: nobody can pay there any more"))
            }
        })
    }
}
