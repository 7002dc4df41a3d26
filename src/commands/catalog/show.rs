//! A plan, for people and programs.

use serde_json::{Value, json};

use crate::billing::plan::Plan;
use crate::billing::plan::change::{Action, Change, FieldChange};
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::Kind;
use crate::render::{Present, Role, Text, View};

/// A plan to be shown.
#[derive(Debug)]
pub struct Shown<'a> {
    pub plan: &'a Plan,
    /// The name of the billing file, for the last line.
    pub file: &'a str,
    /// Every field of what is made, not only what it costs.
    pub all_fields: bool,
}

impl Present for Shown<'_> {
    fn json(&self) -> Value {
        json!({"summary": self.plan.summary(), "changes": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.plan.changes.iter().map(Change::json).collect()
    }

    fn view(&self) -> View {
        let width = |text: fn(&Change) -> usize| self.plan.changes.iter().map(text).max().unwrap_or(0);
        let widths = Widths {
            kind: width(|change| change.address.kind.words().len()),
            // One long key must not push all others to the side.
            key: width(|change| change.address.key.chars().count()).min(24),
        };
        let mut view = View::new();
        for change in &self.plan.changes {
            view = self.change(view, change, widths);
        }
        if self.plan.is_empty() {
            let file = self.file;
            return view.line(match self.plan.targets.as_slice() {
                [] => format!("Nothing to change: Stripe matches {file}."),
                targets => {
                    format!("Nothing to change in {}: there Stripe matches {file}.", targets.join(", "))
                }
            });
        }
        view.blank().line(Text::new(Role::Strong, self.summary()))
    }
}

impl Shown<'_> {
    fn summary(&self) -> String {
        let count =
            |action: Action| self.plan.changes.iter().filter(|change| change.action == action).count();
        let parts = Action::ALL.into_iter().filter(|action| count(*action) > 0);
        let parts: Vec<String> = parts
            .map(|action| match action {
                Action::Orphan => format!("{} orphaned", count(action)),
                other => format!("{} to {}", count(action), other.name()),
            })
            .collect();
        format!("Plan: {}, {} unchanged.", parts.join(", "), self.plan.unchanged.len())
    }

    fn change(&self, view: View, change: &Change, widths: Widths) -> View {
        let (sign, role) = match change.action {
            Action::Create => ("+", Role::Create),
            Action::Update => ("~", Role::Change),
            Action::Replace => ("±", Role::Change),
            Action::Archive => ("-", Role::Delete),
            Action::Adopt => (">", Role::Change),
            Action::Orphan => ("?", Role::Hint),
        };
        let mut head = Text::new(role, format!("{sign} {:<7}", change.action.name())).plain(format!(
            " {:<2$} {:<3$}",
            change.address.kind.words(),
            change.address.key,
            widths.kind,
            widths.key
        ));
        if let Some(id) = &change.id {
            head = head.and(Role::Hint, format!("  {id}"));
        }
        if change.action == Action::Create
            && let Some(gist) = gist(change)
        {
            head = head.plain(format!("  {gist}"));
        }
        let mut view = view.line(head);
        if let Some(reason) = &change.reason {
            view = view.line(Text::new(Role::Hint, format!("      {reason}")));
        }
        let shows_fields = change.action != Action::Create || self.all_fields;
        let width = change.fields.iter().map(|field| name(field).chars().count()).max().unwrap_or(0);
        for field in change.fields.iter().filter(|_| shows_fields) {
            let path = name(field);
            let before = words(&field.before);
            let mut after = words(&field.after);
            // Its successor has the same id or key.
            if before == after {
                after.push_str(" (made anew)");
            }
            let line = Text::from(format!("      {path:<width$}  ")).and(Role::Delete, before);
            view = view.line(line.plain(" → ").and(Role::Create, after));
        }
        if let Some(retires) = &change.retires {
            let more = if retires.more_subscribers { " or more" } else { "" };
            match retires.subscribers {
                0 => {}
                1 => view = view.line("      1 subscriber stays on the old price until it is migrated"),
                count => {
                    let line = format!(
                        "      {count}{more} subscribers stay on the old price until they are migrated"
                    );
                    view = view.line(line);
                }
            }
            for link in &retires.payment_links {
                let line = format!(
                    "      payment link {} is made anew with another URL (now {})",
                    link.id, link.url
                );
                view = view.line(line);
            }
        }
        view
    }
}

/// The columns of a plan's lines.
#[derive(Debug, Clone, Copy)]
struct Widths {
    kind: usize,
    key: usize,
}

/// What a new resource is, in a few words.
fn gist(change: &Change) -> Option<String> {
    let field = |path: &str| change.fields.iter().find(|field| field.path == path).map(|field| &field.after);
    let text = |path: &str| field(path).map(words);
    match change.address.kind {
        Kind::Product | Kind::Feature | Kind::Portal => text("name"),
        Kind::Meter => text("event_name"),
        Kind::TaxRate => Some(format!("{} {}%", text("display_name")?, text("percentage")?)),
        Kind::Price => Some(price_gist(&text)),
        Kind::Coupon => match text("percent_off") {
            Some(percent) => Some(format!("{percent}% off")),
            None => Some(format!("{} off", text("amount_off")?)),
        },
        Kind::PromotionCode => text("code"),
        Kind::WebhookEndpoint => text("url"),
        Kind::ProductFeature => None,
    }
}

fn price_gist(text: &dyn Fn(&str) -> Option<String>) -> String {
    let amount = match (text("unit_amount_decimal"), text("tiers_mode")) {
        (Some(amount), _) => amount,
        (None, Some(mode)) => format!("{mode} tiers"),
        (None, None) => "the customer's choice".to_owned(),
    };
    let mut gist = amount;
    if let (Some(divide_by), Some(_)) =
        (text("transform_quantity.divide_by"), text("transform_quantity.round"))
    {
        gist.push_str(&format!(" per {divide_by}"));
    }
    match (text("recurring.interval"), text("recurring.interval_count").as_deref()) {
        (Some(interval), Some("1") | None) => gist.push_str(&format!(" / {interval}")),
        (Some(interval), Some(count)) => gist.push_str(&format!(" / {count} {interval}s")),
        (None, _) => gist.push_str(" once"),
    }
    if let Some(meter) = text("recurring.meter") {
        gist.push_str(&format!(", metered by {meter}"));
    }
    gist
}

fn name(field: &FieldChange) -> &str {
    field.path.strip_suffix("_decimal").unwrap_or(&field.path)
}

/// A value in words.
fn words(field: &Field) -> String {
    value_words(&field.display())
}

fn value_words(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(value_words).collect();
            if items.is_empty() { "(none)".to_owned() } else { items.join(", ") }
        }
        Value::Object(entries) => match entries.get("display").and_then(Value::as_str) {
            Some(display) => display.to_owned(),
            // A portal's offer: a product with the prices to choose from.
            None if entries.contains_key("prices") && entries.contains_key("product") => {
                format!("{} ({})", value_words(&entries["product"]), value_words(&entries["prices"]))
            }
            None => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{key} {}", value_words(value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
        },
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
