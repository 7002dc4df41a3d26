//! The result of a check.

use serde_json::{Value, json};

use super::watch::Found;
use crate::render::{Present, Role, Text, View};

pub struct Report {
    pub found: Vec<Found>,
    /// The most rows of each.
    pub limit: usize,
    /// Messages that were handed over by this check.
    pub delivered: i64,
    /// Messages that were not, and wait for the next one.
    pub waiting: i64,
}

impl Present for Report {
    fn json(&self) -> Value {
        json!({
            "crossed": self.found.iter().filter(|found| found.is_crossed()).count(),
            "alerts": self.rows(),
            "delivered": self.delivered,
            "waiting": self.waiting,
        })
    }

    fn rows(&self) -> Vec<Value> {
        let row = |found: &Found| {
            let mut row = json!({
                "alert": found.alert.name,
                "threshold": found.alert.threshold.json(),
                "crossed": found.is_crossed(),
                "count": found.count,
                "said": found.said,
            });
            row[found.noun] = found.objects.iter().take(self.limit).cloned().collect();
            row
        };
        self.found.iter().map(row).collect()
    }

    fn view(&self) -> View {
        let mut view = View::new();
        for found in &self.found {
            let name = &found.alert.name;
            if !found.is_crossed() {
                view = view.line(format!("{name}: ok, {}", found.alert.threshold));
                continue;
            }
            view = view
                .line(Text::new(Role::Delete, format!("{name}: crossed")).plain(format!(", {}", found.said)));
            view = view.table(found.table(self.limit));
            let rest = found.rows.len().saturating_sub(self.limit);
            if rest > 0 {
                view = view.line(Text::new(Role::Hint, format!("and {rest} more; `--limit` names them")));
            }
        }
        view
    }
}
