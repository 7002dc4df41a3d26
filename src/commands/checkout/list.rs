//! `billctl checkout list`: sessions, as Stripe has them.

use serde_json::{Value, json};

use super::json::{amount_words, id, json};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::commands::newest::show_newest;
use crate::commands::subject;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Column, Present, Role, Table, Text, View};

/// List checkouts, the newest first
///
/// Asks Stripe, which tells nobody when a session is made.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only those of this subject or customer
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// Only those with this status
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Status>,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Status {
    /// It can be paid
    Open,
    /// It is paid, or the trial has begun
    Complete,
    /// Nobody paid it in time
    Expired,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Complete => "complete",
            Status::Expired => "expired",
        }
    }
}

pub async fn run(ctx: &Context, args: ListArgs) -> anyhow::Result<Outcome> {
    let ListArgs { subject, status, limit } = args;
    let mut params = json!({});
    if let Some(subject) = &subject {
        let (books, mirror) = (ctx.books()?, ctx.mirror()?);
        let who = subject::known(&books, &mirror, subject)?;
        let customer = who.customer.ok_or_else(|| {
            let fix =
                format!("Its first checkout makes one: `billctl checkout create --subject {subject} …`");
            fail(Kind::Failed, format!("`{subject}` has no customer in Stripe, and so no checkouts"), fix)
        })?;
        params["customer"] = json!(customer);
    }
    if let Some(status) = status {
        params["status"] = json!(status.name());
    }
    show_newest(ctx, "/v1/checkout/sessions", params, limit, Listed).await
}

struct Listed(Vec<Value>);

impl Present for Listed {
    fn json(&self) -> Value {
        Value::Array(self.rows())
    }

    fn rows(&self) -> Vec<Value> {
        self.0.iter().map(json).collect()
    }

    fn view(&self) -> View {
        if self.0.is_empty() {
            return View::new().line("There is no such checkout");
        }
        let mut table = Table::new([
            Column::id("created"),
            Column::id("session"),
            Column::id("subject"),
            Column::id("mode"),
            Column::number("amount"),
            Column::id("status"),
        ]);
        for session in &self.0 {
            let text = |name: &str| session.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
            let subject = session.get("client_reference_id").and_then(Value::as_str);
            let who = subject.or(id(session, "customer")).unwrap_or("-").to_owned();
            table.row([
                Text::from(session.get("created").and_then(Value::as_i64).map_or_else(String::new, time)),
                Text::from(text("id")),
                Text::from(who),
                Text::from(text("mode")),
                Text::from(amount_words(session)),
                Text::new(role(&text("status")), text("status")),
            ]);
        }
        View::new().table(table)
    }
}

/// How a status is coloured.
pub fn role(status: &str) -> Role {
    match status {
        "open" => Role::Change,
        "complete" => Role::Create,
        _ => Role::Hint,
    }
}
