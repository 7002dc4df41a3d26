//! Webhook endpoints.

use super::Checker;
use super::text::is_loopback;
use crate::billing::catalog::file;
use crate::billing::catalog::model::WebhookEndpoint;
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;

/// Stripe's most endpoints of an account, in each mode.
const MAX_ENDPOINTS: usize = 16;

impl<'a> Checker<'a> {
    /// Stripe takes only so many endpoints.
    pub fn count_endpoints(&mut self) {
        let Some(first) = self.file.webhook_endpoints.keys().nth(MAX_ENDPOINTS) else { return };
        let count = self.file.webhook_endpoints.len();
        let table = At::ROOT.key("webhook_endpoints");
        self.report(
            Finding::at_key("too_many", &table.key(first), format!("there are {count} webhook endpoints"))
                .hint("Stripe takes at most 16: let one endpoint listen for more events"),
        );
    }

    pub fn webhook_endpoint(
        &mut self,
        at: &At<'_>,
        key: &'a str,
        endpoint: &'a file::WebhookEndpoint,
    ) -> Option<WebhookEndpoint> {
        self.adopt(at, "webhook_endpoints", key, endpoint.stripe_id.as_deref(), "we_");
        self.metadata(at, &endpoint.metadata);
        self.endpoint_url(&at.key("url"), &endpoint.url);
        self.events(&at.key("enabled_events"), &endpoint.enabled_events);
        if let Some(version) = &endpoint.api_version
            && !is_api_version(version)
        {
            self.report(
                Finding::at(
                    "bad_value",
                    &at.key("api_version"),
                    format!("`{version}` is not a version of Stripe's API"),
                )
                .hint("Write it like \"2026-10-28.endive\", or leave it out"),
            );
        }
        let mut enabled_events = endpoint.enabled_events.clone();
        enabled_events.sort_unstable();
        enabled_events.dedup();
        Some(WebhookEndpoint {
            stripe_id: endpoint.stripe_id.clone(),
            url: endpoint.url.clone(),
            enabled_events,
            description: endpoint.description.clone(),
            api_version: endpoint.api_version.clone(),
            active: endpoint.active.unwrap_or(true),
            metadata: endpoint.metadata.clone(),
        })
    }

    /// Stripe sends live events over https only; in test mode http will do.
    fn endpoint_url(&mut self, at: &At<'_>, text: &str) {
        let Some(url) = self.web_address(at, text) else { return };
        if self.live && url.scheme() != "https" {
            self.report(
                Finding::at("bad_url", at, "Stripe sends live events over https only")
                    .hint("Write an https address, or override it in the live profile"),
            );
        } else if self.live && is_loopback(&url) {
            self.report(
                Finding::at("bad_url", at, "Stripe can't reach an address on this machine")
                    .hint("Override it in the live profile with a public address"),
            );
        } else if url.scheme() == "http" && !is_loopback(&url) {
            self.report(
                Finding::at("insecure_url", at, "events that go over http can be read and forged on the way")
                    .hint("Write an https address: http will do for tests on this machine")
                    .as_warning(),
            );
        }
    }

    fn events(&mut self, list: &At<'_>, events: &[String]) {
        for (index, event) in events.iter().enumerate() {
            let at = list.index(index);
            if event == "*" {
                if events.len() > 1 {
                    self.report(
                        Finding::at("conflict", &at, "`*` means all events: others beside it say nothing")
                            .hint("Keep [\"*\"], or list the events"),
                    );
                }
            } else if !is_event(event) {
                self.report(
                    Finding::at("bad_value", &at, format!("`{event}` is not an event type"))
                        .hint("Write whole names like \"invoice.paid\": only `*` alone stands for others"),
                );
            }
            if events.iter().take(index).any(|earlier| earlier == event) {
                self.report(
                    Finding::at("duplicate", &at, format!("`{event}` is listed twice"))
                        .hint("Remove one of the two"),
                );
            }
        }
    }
}

/// `invoice.paid`, `customer.subscription.deleted`, `v1.billing.meter.error_report_triggered`.
fn is_event(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.contains('.') && text.split('.').all(word)
}

/// A date, since 2024 with a name behind it.
fn is_api_version(text: &str) -> bool {
    let (date, name) = text.split_once('.').unwrap_or((text, "a"));
    date.parse::<jiff::civil::Date>().is_ok()
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase())
}
