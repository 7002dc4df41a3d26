//! `billctl payment-link list`

use serde_json::{Value, json};

use super::link;
use crate::commands::Outcome;
use crate::context::Context;
use crate::render::{Column, Present, Role, Table, Text, View};

/// List payment links, the newest first
///
/// Asks Stripe.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Those that can't be paid any more, too
    #[arg(long)]
    pub all: bool,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    let ListArgs { all, limit } = args;
    let mut params = json!({"limit": limit.clamp(1, 100), "expand": ["data.line_items"]});
    if !all {
        params["active"] = json!(true);
    }
    let connection = ctx.stripe().await?;
    let mut pages = connection.reader().pages("/v1/payment_links", &params);
    let mut links = Vec::new();
    while links.len() <= limit
        && let Some(page) = pages.next().await?
    {
        links.extend(page);
    }
    let is_all = links.len() <= limit && pages.is_at_end();
    links.truncate(limit);
    ctx.show(&Listed(links))?;
    if !is_all {
        ctx.ui().hint(&format!("There are more than these {limit}; `--limit N` shows more"));
    }
    Ok(Outcome::Done)
}

struct Listed(Vec<Value>);

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        self.0.iter().map(link::json).collect()
    }

    fn view(&self) -> View {
        if self.0.is_empty() {
            return View::new().line("There is no such payment link");
        }
        let mut table = Table::new([
            Column::id("link"),
            Column::id("status"),
            Column::number("amount"),
            Column::words("sells"),
            Column::id("address"),
        ]);
        for link in &self.0 {
            let is_active = link.get("active") == Some(&Value::Bool(true));
            let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            table.row([
                Text::from(text("id")),
                match is_active {
                    true => Text::new(Role::Create, "active"),
                    false => Text::new(Role::Hint, "inactive"),
                },
                Text::from(link::amount_words(link)),
                Text::from(link::sells(link)),
                Text::from(text("url")),
            ]);
        }
        View::new().table(table)
    }
}
