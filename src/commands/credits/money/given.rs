//! What was given in Stripe from here, by whom and why, and what became of it.

use serde_json::{Value, json};

use crate::billing::credits::money::amount_of;
use crate::billing::money::Money;
use crate::commands::moment::time;
use crate::render::{Column, Table};
use crate::store::books::{Books, MoneyAction, MoneyCredit, MoneyEnd};

/// Money that was given, or meant to be.
pub struct Given {
    credit: MoneyCredit,
    end: Option<MoneyEnd>,
}

/// What was given to a customer, the oldest first.
///
/// # Errors
/// If the books can't be read.
pub fn given_to(books: &Books, customer: &str) -> anyhow::Result<Vec<Given>> {
    let mut ends = books.money_ends(customer)?;
    let mut end_of = |object: &Option<String>| {
        let place = ends.iter().position(|end| Some(&end.object) == object.as_ref())?;
        Some(ends.swap_remove(place))
    };
    let credits = books.money_credits(customer)?;
    Ok(credits.into_iter().map(|credit| Given { end: end_of(&credit.object), credit }).collect())
}

impl Given {
    fn state(&self) -> &'static str {
        let Given { credit, end } = self;
        match (&credit.object, end) {
            (None, _) if credit.is_refused() => "refused",
            (None, _) => "no answer yet",
            (Some(_), None) => "given",
            (Some(_), Some(end)) if end.result.is_none() => "being taken back",
            (Some(_), Some(end)) => match end.action {
                MoneyAction::Void => "voided",
                MoneyAction::Expire => "expired",
                MoneyAction::Undo => "taken back",
            },
        }
    }

    /// Balance transactions alone have a balance's sign in what is asked of Stripe.
    fn form(&self) -> &'static str {
        if self.credit.request.contains("/balance_transactions\"") { "balance" } else { "grant" }
    }

    fn amount(&self) -> Option<Money> {
        amount_of(&self.credit.request)
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let MoneyCredit { key, subject, customer: _, request: _, actor, reason, at, object, attempt } =
            &self.credit;
        let ended = self.end.as_ref().map(|end| {
            json!({
                "action": end.action.name(),
                "actor": end.actor,
                "reason": end.reason,
                "at": time(end.at),
                "result": end.result,
            })
        });
        json!({
            "id": object,
            "subject": subject,
            "as": self.form(),
            "money": self.amount().map(|amount| amount.to_json()),
            "state": self.state(),
            "reason": reason,
            "actor": actor,
            "at": time(*at),
            "key": key,
            "refused": attempt.refused.as_ref().filter(|_| object.is_none()),
            "ended": ended,
        })
    }

    fn why(&self) -> String {
        let MoneyCredit { actor, reason, .. } = &self.credit;
        let ended = self.end.as_ref().map(|end| format!("; {} · {}", end.reason, end.actor));
        format!("{reason} · {actor}{}", ended.unwrap_or_default())
    }
}

/// All of it as a table.
pub fn table(given: &[Given]) -> Table {
    let mut table = Table::new([
        Column::id("given here"),
        Column::id("id"),
        Column::number("money"),
        Column::id("state"),
        Column::words("why"),
    ]);
    for one in given {
        table.row([
            time(one.credit.at),
            one.credit.object.clone().unwrap_or_default(),
            one.amount().map(|amount| amount.to_string().to_uppercase()).unwrap_or_default(),
            one.state().to_owned(),
            one.why(),
        ]);
    }
    table
}
