//! What a sync did, for people and programs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::apply::Applied;
use crate::billing::plan::Plan;
use crate::billing::plan::change::Action;
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::Address;
use crate::render::{Column, Present, Role, Table, Text, View};

/// The result of a sync: each resource with its id, and what was done to it.
#[derive(Debug)]
pub struct Outcome<'a> {
    pub plan: &'a Plan,
    pub applied: &'a Applied,
}

#[derive(Debug)]
struct Row<'a> {
    address: &'a Address,
    id: Option<&'a str>,
    lookup_key: Option<&'a str>,
    /// `None` for what was as it should be.
    action: Option<Action>,
    /// Whether all of the action was carried out.
    done: bool,
}

impl Row<'_> {
    fn action_name(&self) -> &'static str {
        self.action.map_or("unchanged", Action::name)
    }

    fn json(&self) -> Value {
        json!({
            "resource": self.address.kind,
            "key": self.address.key,
            "id": self.id,
            "lookup_key": self.lookup_key,
            "action": self.action_name(),
            "done": self.done,
        })
    }
}

impl Outcome<'_> {
    fn table_rows(&self) -> Vec<Row<'_>> {
        let mut actions: BTreeMap<&Address, Option<Action>> =
            self.plan.unchanged.iter().map(|address| (address, None)).collect();
        actions.extend(self.plan.changes.iter().map(|change| (&change.address, Some(change.action))));
        let mut rows = Vec::new();
        for (address, action) in actions {
            let wanted = self.plan.wanted.get(address);
            let old = || self.plan.changes.iter().find(|change| change.address == *address)?.id.as_deref();
            let lookup_key = wanted.and_then(|resource| resource.fields.get("lookup_key"));
            rows.push(Row {
                address,
                id: self.applied.ids.get(address).map(String::as_str).or_else(old),
                lookup_key: match lookup_key {
                    Some(Field::Text(key)) => Some(key),
                    _ => None,
                },
                action,
                done: !self.applied.open.contains(address),
            });
        }
        rows
    }
}

impl Present for Outcome<'_> {
    fn json(&self) -> Value {
        let mut json = json!({
            "summary": self.plan.summary(),
            "resources": self.rows(),
            "complete": self.applied.left == 0,
        });
        if self.applied.left > 0 {
            json["steps"] = json!({"done": self.applied.done.len(), "left": self.applied.left});
        }
        if !self.applied.links.is_empty() {
            let links = self.applied.links.iter().map(|(old, url)| json!({"replaces": old, "url": url}));
            json["payment_links"] = links.collect();
        }
        json
    }

    fn rows(&self) -> Vec<Value> {
        self.table_rows().iter().map(Row::json).collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([
            Column::words("resource"),
            Column::words("key"),
            Column::words("done"),
            // Last, because Stripe's longest would push all else out of a narrow terminal.
            Column::id("id"),
        ]);
        for row in self.table_rows() {
            let role = match row.action {
                _ if !row.done => Role::Delete,
                Some(Action::Create) => Role::Create,
                Some(Action::Update | Action::Replace | Action::Adopt) => Role::Change,
                Some(Action::Archive) => Role::Delete,
                Some(Action::Orphan) | None => Role::Hint,
            };
            table.row([
                Text::from(row.address.kind.words()),
                Text::from(row.address.key.as_str()),
                Text::new(role, if row.done { done_word(row.action) } else { "not done" }),
                Text::from(row.id.unwrap_or("-")),
            ]);
        }
        // The plan stands above it.
        let mut view = View::new().blank().table(table);
        for (old, url) in &self.applied.links {
            view = view.line(format!("Payment link {old} sells an archived price; its successor is {url}"));
        }
        view
    }
}

fn done_word(action: Option<Action>) -> &'static str {
    match action {
        None => "unchanged",
        Some(Action::Create) => "created",
        Some(Action::Update) => "updated",
        Some(Action::Replace) => "replaced",
        Some(Action::Archive) => "archived",
        Some(Action::Adopt) => "adopted",
        Some(Action::Orphan) => "orphan",
    }
}
