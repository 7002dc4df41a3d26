//! `billctl payment-link list`

use serde_json::{Value, json};

use super::create::PATH;
use super::link;
use crate::commands::Outcome;
use crate::commands::newest::show_newest;
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
    let mut params = json!({"expand": ["data.line_items"]});
    if !all {
        params["active"] = json!(true);
    }
    show_newest(ctx, PATH, params, limit, Listed).await
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
