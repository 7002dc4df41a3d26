//! Where the two sides differ, for people and programs.

use serde_json::{Value, json};

use super::Window;
use super::compare::Difference;
use crate::commands::moment::time;
use crate::commands::usage::push::records;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::{MissingPush, PushState};

/// What was compared, and what differs.
pub struct Reconciled {
    window: Window,
    pub customers: usize,
    pub records: i64,
    pub without_customer: i64,
    pub differences: Vec<(Difference, Vec<MissingPush>)>,
}

impl Reconciled {
    pub fn new(window: Window) -> Reconciled {
        Reconciled { window, customers: 0, records: 0, without_customer: 0, differences: Vec::new() }
    }
}

/// Why the sides differ, in words.
fn why(difference: &Difference) -> String {
    let mut reasons: Vec<String> = difference
        .missing
        .iter()
        .map(|(reason, (value, number))| format!("{value} {reason} ({})", records(*number)))
        .collect();
    let unexplained = difference.unexplained;
    if unexplained.is_sign_negative() && !unexplained.is_zero() {
        reasons.push(format!("{} sent, and not counted (yet)", -unexplained));
    } else if !unexplained.is_zero() {
        reasons.push(format!("{unexplained} counted that is not recorded here"));
    }
    reasons.join("; ")
}

impl Present for Reconciled {
    fn json(&self) -> Value {
        let Reconciled { window, customers, records, without_customer, differences: _ } = self;
        json!({
            "from": time(window.from),
            "to": time(window.until),
            "customers": customers,
            "records": records,
            "without_customer": without_customer,
            "differences": self.rows(),
        })
    }

    fn rows(&self) -> Vec<Value> {
        let number = |value: rust_decimal::Decimal| -> Value {
            serde_json::from_str(&value.normalize().to_string()).unwrap_or(Value::Null)
        };
        let row = |(difference, missing): &(Difference, Vec<MissingPush>)| {
            let explained: Vec<Value> = difference
                .missing
                .iter()
                .map(|(reason, (value, records))| json!({"reason": reason, "value": value, "records": records}))
                .collect();
            let missing: Vec<Value> = missing
                .iter()
                .map(|MissingPush { key, quantity, state, error }| {
                    let state = state.map_or("not pushed", PushState::name);
                    json!({"key": key, "quantity": quantity, "state": state, "error": error})
                })
                .collect();
            json!({
                "metric": difference.metric,
                "subject": difference.subject,
                "customer": difference.customer,
                "from": time(difference.from),
                "to": time(difference.until),
                "recorded": difference.recorded,
                "stripe": number(difference.stripe),
                "difference": number(difference.stripe - rust_decimal::Decimal::from(difference.recorded)),
                "explained": explained,
                "unexplained": number(difference.unexplained),
                "missing": missing,
            })
        };
        self.differences.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let Reconciled { window, customers, records: compared, without_customer, differences } = self;
        let whom = if *customers == 1 { "1 customer".to_owned() } else { format!("{customers} customers") };
        let span = format!("from {} to {}", time(window.from), time(window.until));
        let mut view = View::new();
        view = if differences.is_empty() {
            let line = format!("Stripe counted what was recorded: {} of {whom}, {span}", records(*compared));
            view.line(Text::new(Role::Create, line))
        } else {
            let line =
                format!("Stripe counted otherwise: {} of {whom} were compared, {span}", records(*compared));
            view.line(Text::new(Role::Delete, line))
        };
        if *without_customer > 0 {
            let line =
                format!("{} of subjects that are no customers were not compared", records(*without_customer));
            view = view.line(line);
        }
        if differences.is_empty() {
            return view;
        }
        let mut table = Table::new([
            Column::words("metric"),
            Column::id("subject"),
            Column::words("from"),
            Column::number("recorded"),
            Column::number("Stripe"),
            Column::words("why"),
            Column::words("records"),
        ]);
        for (difference, missing) in differences {
            let keys: Vec<&str> = missing.iter().map(|missing| missing.key.as_str()).collect();
            table.row([
                difference.metric.clone(),
                difference.subject.clone(),
                time(difference.from),
                difference.recorded.to_string(),
                difference.stripe.to_string(),
                why(difference),
                keys.join(" "),
            ]);
        }
        view.blank().table(table)
    }
}
