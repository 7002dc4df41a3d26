//! What a change costs, as Stripe's own invoice preview says, before anybody is asked.

use serde_json::{Value, json};

use crate::billing::subscription::Seen;
use crate::billing::subscription::preview::{Cost, cost};
use crate::commands::amount;
use crate::commands::moment::time;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::stripe::Reader;

/// What becomes of the rest of the current period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Proration {
    /// What was paid is set off on the next invoice, and the rest of the period charged there
    Create,
    /// Nothing: the new price counts from the next period on
    None,
    /// The same as `create`, billed at once
    AlwaysInvoice,
}

impl Proration {
    /// Stripe's word.
    pub fn word(self) -> &'static str {
        match self {
            Proration::Create => "create_prorations",
            Proration::None => "none",
            Proration::AlwaysInvoice => "always_invoice",
        }
    }
}

/// Asks Stripe what a change of a subscription's items costs, at a moment in seconds since 1970.
///
/// # Errors
/// What Stripe says; a change that it would refuse is refused here.
pub async fn ask(
    reader: &Reader,
    seen: Seen<'_>,
    items: &Value,
    proration: Proration,
    at: i64,
) -> anyhow::Result<Cost> {
    let params = |proration: Proration| {
        let mut details = json!({"items": items, "proration_behavior": proration.word()});
        if proration != Proration::None {
            details["proration_date"] = json!(at);
        }
        json!({"subscription": seen.id(), "subscription_details": details})
    };
    let without = reader.preview_invoice(&params(Proration::None)).await?;
    let with = match proration {
        Proration::None => without.clone(),
        Proration::Create | Proration::AlwaysInvoice => reader.preview_invoice(&params(proration)).await?,
    };
    Ok(cost(with.as_ref(), without.as_ref(), seen.period_end().unwrap_or(at)))
}

/// A change, and what it costs.
#[derive(Debug, Clone)]
pub struct Preview {
    /// `sub_… of u_1 (pro)`
    pub what: String,
    /// What it becomes: `business, monthly`.
    pub to: String,
    pub currency: String,
    pub cost: Cost,
    /// When it comes, where that is not now; in seconds since 1970.
    pub at: Option<i64>,
}

impl Preview {
    fn money(&self, minor: i64) -> String {
        amount::words(minor, &self.currency)
    }

    /// What is paid when, in a line: `40.00 USD now, 99.00 USD at 2026-12-01T00:00:00Z`.
    pub fn words(&self) -> String {
        let Cost { now, renewal, .. } = &self.cost;
        let next =
            renewal.as_ref().map(|renewal| format!("{} at {}", self.money(renewal.total), time(renewal.at)));
        let first = match (self.at, *now) {
            // It comes with a renewal.
            (Some(at), 0) if renewal.as_ref().is_some_and(|renewal| renewal.at == at) => {
                return next.unwrap_or_default();
            }
            (Some(_), 0) => "nothing then".to_owned(),
            (None, 0) => "nothing now".to_owned(),
            (_, now) if now < 0 => format!("{} to their credit", self.money(-now)),
            (None, now) => format!("{} now", self.money(now)),
            (Some(at), now) => format!("{} at {}", self.money(now), time(at)),
        };
        match next {
            Some(next) => format!("{first}, {next}"),
            None => format!("{first}, and nothing after that"),
        }
    }
}

impl Present for Preview {
    fn json(&self) -> Value {
        let Cost { now, due_now, prorated, lines, renewal } = &self.cost;
        let money = |minor: i64| amount::json(minor, &self.currency);
        let lines = lines.iter().map(|line| {
            json!({
                "description": line.description,
                "amount": money(line.amount),
                "proration": line.proration,
                "from": time(line.start),
                "to": time(line.end),
            })
        });
        json!({
            "at": self.at.map(time),
            "now": money(*now),
            "due_now": money(*due_now),
            "prorated": money(*prorated),
            "next_invoice": renewal.as_ref().map(|renewal| money(renewal.total)),
            "next_invoice_at": renewal.as_ref().map(|renewal| time(renewal.at)),
            "lines": lines.collect::<Vec<_>>(),
        })
    }

    /// All of it, for whoever is to decide.
    fn view(&self) -> View {
        let Cost { now, due_now, prorated, lines, renewal } = &self.cost;
        let when = self.at.map_or_else(String::new, |at| format!(" at {}", time(at)));
        let headline = format!("{} becomes {}{when}", self.what, self.to);
        let mut billed = self.money((*now).max(0));
        if *now < 0 {
            billed = format!("nothing; {} becomes a balance for later invoices", self.money(-now));
        } else if due_now < now {
            billed = format!("{billed}, of which {} is paid from the balance", self.money(now - due_now));
        }
        let mut fields =
            vec![(if self.at.is_some() { "billed then" } else { "billed now" }, Text::from(billed))];
        if *prorated != 0 && *now == 0 {
            fields.push(("set off later", Text::from(self.money(*prorated))));
        }
        if let Some(renewal) = renewal {
            let words = format!("{} at {}", self.money(renewal.total), time(renewal.at));
            fields.push(("next invoice", Text::from(words)));
        }
        let mut table = Table::new([Column::words("line"), Column::number("amount")]);
        for line in lines {
            table.row([Text::from(line.description.as_str()), Text::from(self.money(line.amount))]);
        }
        let view = View::new().line(Text::new(Role::Strong, headline)).fields(fields);
        if table.is_empty() { view } else { view.blank().table(table) }
    }
}
