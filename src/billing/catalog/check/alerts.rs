//! Thresholds, and who is told.

use url::Url;

use super::Checker;
use super::text::is_loopback;
use crate::billing::catalog::file::{Alert, Alerts, TextOrEnv};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;

impl Checker<'_> {
    pub(super) fn alerts(&mut self) {
        let file = self.file;
        let Alerts { webhook, webhook_secrets, command, named } = &file.alerts;
        let table = At::ROOT.key("alerts");
        if let Some(address) = webhook {
            let at = table.key("webhook");
            self.variable(&at, address, true);
            if let TextOrEnv::Text(text) = address
                && let Ok(url) = text.parse::<Url>()
                && url.scheme() == "http"
                && !is_loopback(&url)
            {
                self.report(
                    Finding::at("insecure_url", &at, "what is posted over http can be read on the way")
                        .hint("Write https, or an address on this machine like http://127.0.0.1:8080"),
                );
            }
        }
        if command.as_ref().is_some_and(Vec::is_empty) {
            self.report(
                Finding::at("empty", &table.key("command"), "this names no program")
                    .hint("Write the program and its arguments, or remove the key"),
            );
        }
        if webhook.is_none() && !webhook_secrets.is_empty() {
            self.report(
                Finding::at(
                    "missing_key",
                    &table.key("webhook_secrets"),
                    "nothing is posted without `webhook`",
                )
                .hint("Add webhook = \"https://…\", or remove webhook_secrets"),
            );
        }
        for (name, alert) in named {
            self.alert(&table.key(name), name, alert);
        }
    }

    fn alert(&mut self, at: &At<'_>, name: &str, alert: &Alert) {
        let Alert {
            low_balance,
            kind,
            active_days,
            failed_payments,
            cancellations,
            days,
            revenue_drop_percent,
            budget_percent,
            metric,
            webhook_failures,
        } = alert;
        let thresholds = [
            ("low_balance", low_balance.is_some()),
            ("failed_payments", failed_payments.is_some()),
            ("cancellations", cancellations.is_some()),
            ("revenue_drop_percent", revenue_drop_percent.is_some()),
            ("budget_percent", budget_percent.is_some()),
            ("webhook_failures", webhook_failures.is_some()),
        ];
        let set: Vec<&str> = thresholds.iter().filter(|(_, is_set)| *is_set).map(|(key, _)| *key).collect();
        match set.as_slice() {
            [] => self.report(
                Finding::at("missing_key", at, format!("alerts.{name} has no threshold"))
                    .hint("Add low_balance = 100, or another one: see docs/alerts.md"),
            ),
            [_] => {}
            [_, second, ..] => self.report(
                Finding::at(
                    "conflict",
                    &at.key(second),
                    format!("alerts.{name} has more than one threshold"),
                )
                .hint("Give each one a name of its own"),
            ),
        }
        let beside = [
            ("kind", kind.is_some(), "low_balance"),
            ("active_days", active_days.is_some(), "low_balance"),
            ("days", days.is_some(), "cancellations"),
            ("metric", metric.is_some(), "budget_percent"),
        ];
        for (key, is_set, threshold) in beside {
            if is_set && !set.contains(&threshold) {
                self.report(
                    Finding::at(
                        "missing_key",
                        &at.key(key),
                        format!("`{key}` says nothing without `{threshold}`"),
                    )
                    .hint(format!("Add {threshold}, or remove {key}")),
                );
            }
        }
    }
}
