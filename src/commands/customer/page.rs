//! The page that `customer show` is, as JSON and for people.

use serde_json::{Value, json};

use super::list::status_role;
use crate::billing::decline::{self, Decline};
use crate::billing::entitlement::{Entitlement, Subscription};
use crate::commands::amount;
use crate::commands::moment::time;
use crate::commands::subject::{Who, entitled};
use crate::commands::usage::lines::Line;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::books::StoredEvent;
use crate::store::mirror::{Customer, OpenInvoice, Payment, PaymentMethod};

pub struct Page<'a> {
    pub who: &'a Who,
    pub entitlement: Entitlement<'a>,
    /// What the mirror knows of the customer itself.
    pub person: Option<Customer>,
    /// Stripe has deleted it.
    pub deleted: bool,
    /// Further subjects that are the same customer.
    pub other_subjects: Vec<String>,
    /// What can be spent; none if nothing was ever booked.
    pub credits: Option<i64>,
    /// Further kinds of credits.
    pub other_credits: Vec<(String, i64)>,
    /// Of all that the plan limits or that was recorded.
    pub usage: Vec<Line>,
    pub methods: Vec<PaymentMethod>,
    /// The newest first.
    pub payments: Vec<Payment>,
    pub invoices: Vec<OpenInvoice>,
    /// The newest first.
    pub events: Vec<StoredEvent>,
}

impl Page<'_> {
    /// A saved method that is not the customer's default.
    fn spare_method(&self) -> Option<&str> {
        let default = self.person.as_ref()?.default_payment_method.as_ref();
        self.methods.iter().map(|method| &method.id).find(|id| Some(*id) != default).map(String::as_str)
    }

    /// Commands that help with what the page shows, each with what it is for.
    fn next_steps(&self) -> Vec<(String, &'static str)> {
        let name = self.who.name();
        let mut steps = Vec::new();
        let going = self.entitlement.subscription.is_some_and(|subscription| !subscription.is_over());
        if self.person.is_some() {
            steps.push((
                format!("billctl portal create --subject {name}"),
                "change the card or the plan, cancel",
            ));
        }
        if let Some(subscription) =
            self.entitlement.subscription.filter(|subscription| !subscription.is_over())
        {
            steps.extend(steps_of(name, subscription));
        }
        if !self.invoices.is_empty() && self.person.is_some() {
            let command = format!("billctl portal create --subject {name} --flow payment-method");
            steps.push((command, "pay with another card from now on"));
        }
        // The oldest is what keeps a subscription from going on.
        if let Some(invoice) = self.invoices.first() {
            let id = &invoice.id;
            steps.push((format!("billctl payment retry {id}"), "collect it again"));
            if let Some(spare) = self.spare_method() {
                let command = format!("billctl payment retry {id} --payment-method {spare}");
                steps.push((command, "with another card"));
            }
        }
        if let Some(payment) = self.payments.iter().find(|payment| left_of(payment) > 0) {
            let id = payment.payment_intent.as_ref().unwrap_or(&payment.id);
            steps.push((format!("billctl payment refund {id} --reason TEXT"), "give it back"));
        }
        if !going && let Some(subject) = &self.who.subject {
            steps.push((
                format!("billctl checkout create --subject {subject} --plan KEY"),
                "subscribe to a plan",
            ));
        }
        if self.who.customer.is_some() {
            steps.push((format!("billctl customer entitlements {name}"), "why this plan holds"));
        }
        if !self.usage.is_empty() {
            steps.push((format!("billctl usage show {name}"), "what is used"));
        }
        if !self.payments.is_empty() {
            steps.push((format!("billctl payment list --subject {name}"), "all payments"));
        }
        if let Some(customer) = &self.who.customer {
            steps.push((format!("billctl events list --customer {customer}"), "all that happened"));
        }
        if self.credits.is_some() {
            steps.push((format!("billctl credits history {name}"), "every booking of credits"));
        }
        steps
    }
}

/// What can be done about a subscription that goes on.
fn steps_of(name: &str, subscription: &Subscription) -> Vec<(String, &'static str)> {
    let command = |verb: &str, more: &str| format!("billctl subscription {verb} {name}{more}");
    if subscription.status == "incomplete" {
        return vec![(command("cancel", " --now"), "end it: its first payment never came")];
    }
    let resume = (command("resume", ""), "let it go on");
    if subscription.ends_at().is_some() {
        return vec![resume];
    }
    let change = (command("change", " --plan KEY"), "another plan, after a look at the cost");
    if subscription.pause_behavior.is_some() || subscription.status == "paused" {
        return vec![resume, change];
    }
    vec![change, (command("cancel", " --at-period-end"), "end it when what is paid for is over")]
}

/// What of a payment can still go back, in minor units.
fn left_of(payment: &Payment) -> i64 {
    if payment.status == "succeeded" { payment.amount - payment.amount_refunded } else { 0 }
}

fn why(payment: &Payment) -> Option<&'static Decline> {
    decline::explain_either(payment.decline_code.as_deref(), payment.failure_code.as_deref())
}

/// The code that says most, if a payment failed.
fn code(payment: &Payment) -> Option<&str> {
    if payment.status != "failed" {
        return None;
    }
    payment.decline_code.as_deref().or(payment.failure_code.as_deref())
}

/// `posts: 12 of 500 a period, 488 left until 2026-12-01T00:00:00Z`
fn usage_words(line: &Line) -> String {
    let Line { metric, used, limit, share: _, left, is_used_up: _, resets_at, json: _ } = line;
    let Some(left) = left else { return format!("{metric}: {used} used; the limit: {limit}") };
    let until = resets_at.map_or_else(String::new, |at| format!(" until {}", time(at)));
    format!("{metric}: {used} of {limit}, {left} left{until}")
}

/// `visa 4242, 12/2030`
fn method_words(method: &PaymentMethod) -> String {
    let PaymentMethod { id: _, method_type, brand, last4, exp_month, exp_year } = method;
    let mut words = brand.as_ref().unwrap_or(method_type).clone();
    if let Some(last4) = last4 {
        words.push_str(&format!(" {last4}"));
    }
    if let (Some(month), Some(year)) = (exp_month, exp_year) {
        words.push_str(&format!(", {month:02}/{year}"));
    }
    words
}

impl Present for Page<'_> {
    fn json(&self) -> Value {
        let mut json = entitled::json(self.who, &self.entitlement);
        let person = self.person.as_ref();
        let payments = self.payments.iter().map(|payment| {
            let failed = code(payment).is_some();
            json!({
                "id": payment.id,
                "payment_intent": payment.payment_intent,
                "invoice": payment.invoice,
                "status": payment.status,
                "amount": amount::json(payment.amount, &payment.currency),
                "refunded": amount::json(payment.amount_refunded, &payment.currency),
                "decline_code": code(payment),
                "reason": why(payment).filter(|_| failed).map(|decline| decline.meaning),
                "created": time(payment.created),
            })
        });
        let invoices = self.invoices.iter().map(|invoice| {
            json!({
                "id": invoice.id,
                "number": invoice.number,
                "status": invoice.status,
                "amount_remaining": amount::json(invoice.amount_remaining, &invoice.currency),
                "attempts": invoice.attempt_count,
                "next_attempt": invoice.next_payment_attempt.map(time),
                "due_date": invoice.due_date.map(time),
                "url": invoice.hosted_invoice_url,
                "created": time(invoice.created),
            })
        });
        let methods = self.methods.iter().map(|method| {
            json!({
                "id": method.id,
                "type": method.method_type,
                "brand": method.brand,
                "last4": method.last4,
                "exp_month": method.exp_month,
                "exp_year": method.exp_year,
                "default": person.is_some_and(|person| person.default_payment_method.as_ref() == Some(&method.id)),
            })
        });
        let events = self.events.iter().map(|event| {
            json!({"id": event.id, "type": event.event_type, "object": event.object_id, "created": time(event.created)})
        });
        let other_credits =
            self.other_credits.iter().map(|(kind, available)| (kind.clone(), json!(available)));
        let more = json!({
            "usage": self.usage.iter().map(|line| line.json.clone()).collect::<Vec<_>>(),
            "credits": self.credits.unwrap_or(0),
            "other_credits": other_credits.collect::<serde_json::Map<String, Value>>(),
            "email": person.and_then(|person| person.email.clone()),
            "name": person.and_then(|person| person.name.clone()),
            "balance": person.and_then(|person| {
                Some(amount::json(person.balance, person.currency.as_deref()?))
            }),
            "delinquent": person.map(|person| person.delinquent),
            "deleted": self.deleted,
            "test_clock": person.and_then(|person| person.test_clock.clone()),
            "portal": person.is_some(),
            "other_subjects": self.other_subjects,
            "created": person.map(|person| time(person.created)),
            "payment_methods": methods.collect::<Vec<_>>(),
            "payments": payments.collect::<Vec<_>>(),
            "open_invoices": invoices.collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
            "subscriptions": entitled::considered_json(&self.entitlement),
            "next": self.next_steps().into_iter().map(|(command, _)| command).collect::<Vec<_>>(),
        });
        if let (Value::Object(fields), Value::Object(more)) = (&mut json, more) {
            fields.extend(more);
        }
        json
    }

    fn view(&self) -> View {
        let mut view = View::new().fields(self.summary());
        view = self.payments_view(view);
        view = self.invoices_view(view);
        if !self.events.is_empty() {
            let mut table = Table::new([Column::id("last events"), Column::id("type"), Column::id("object")]);
            for event in &self.events {
                table.row([
                    Text::from(time(event.created)),
                    Text::from(event.event_type.as_str()),
                    Text::from(event.object_id.as_deref().unwrap_or("-")),
                ]);
            }
            view = view.blank().table(table);
        }
        let steps = self.next_steps();
        if steps.is_empty() {
            return view;
        }
        let mut table = Table::new([Column::id("next"), Column::words("")]);
        for (command, what) in steps {
            table.row([Text::from(command), Text::new(Role::Hint, what)]);
        }
        view.blank().table(table)
    }
}

impl Page<'_> {
    fn summary(&self) -> Vec<(&'static str, Text)> {
        let Page { who, entitlement, person, .. } = self;
        let subscription = entitlement.subscription;
        let mut fields = vec![("subject", Text::new(Role::Strong, who.subject.as_deref().unwrap_or("none")))];
        let customer = who.customer.as_deref().unwrap_or("none: nobody has paid for it yet");
        fields.push((
            "customer",
            match self.deleted {
                true => Text::from(customer).and(Role::Delete, ", deleted in Stripe"),
                false => Text::from(customer),
            },
        ));
        if let Some(person) = person {
            let said = [person.name.as_deref(), person.email.as_deref()];
            let words: Vec<&str> = said.into_iter().flatten().collect();
            if !words.is_empty() {
                fields.push(("who", Text::from(words.join(", "))));
            }
        }
        if !self.other_subjects.is_empty() {
            fields.push(("also", Text::from(self.other_subjects.join(", "))));
        }
        fields.push(("plan", Text::new(Role::Strong, entitled::plan_words(entitlement))));
        let status = Text::new(status_role(entitlement.status()), entitlement.status().unwrap_or("none"));
        fields.push(("status", status.plain(format!(" ({})", entitled::reason_words(entitlement)))));
        if let Some(end) = subscription.and_then(|subscription| subscription.current_period_end) {
            fields.push(("period ends", Text::from(time(end))));
        }
        if let Some(end) = subscription.and_then(|subscription| subscription.trial_end) {
            fields.push(("trial ends", Text::from(time(end))));
        }
        if let Some(until) = entitlement.until {
            let next = entitlement.falls_back_to.unwrap_or("nothing");
            fields.push(("plan ends", Text::from(format!("{}, then {next}", time(until)))));
        }
        for line in &self.usage {
            let role = if line.is_used_up { Role::Delete } else { Role::Plain };
            fields.push(("usage", Text::new(role, usage_words(line))));
        }
        if let Some(credits) = self.credits {
            fields.push(("credits", Text::from(credits.to_string())));
        }
        for (kind, available) in &self.other_credits {
            fields.push(("credits", Text::from(format!("{available} {kind}"))));
        }
        if let Some(person) = person {
            if let Some(currency) = person.currency.as_deref().filter(|_| person.balance != 0) {
                let side = if person.balance < 0 { "to their credit" } else { "owed" };
                let money = amount::words(person.balance.abs(), currency);
                fields.push(("balance", Text::from(format!("{money} {side}, counted on the next invoice"))));
            }
            if let Some(clock) = &person.test_clock {
                fields.push(("test clock", Text::from(clock.as_str())));
            }
        }
        for method in &self.methods {
            fields.push(("pays with", Text::from(method_words(method))));
        }
        fields
    }

    fn payments_view(&self, view: View) -> View {
        let mut table = Table::new([
            Column::id("payments"),
            Column::number("amount"),
            Column::id("status"),
            Column::words("what happened"),
        ]);
        for payment in &self.payments {
            let role = if payment.status == "failed" { Role::Delete } else { Role::Create };
            table.row([
                Text::from(time(payment.created)),
                Text::from(amount::words(payment.amount, &payment.currency)),
                Text::new(role, payment.status.as_str()),
                Text::from(happened(payment)),
            ]);
        }
        if table.is_empty() { view } else { view.blank().table(table) }
    }

    fn invoices_view(&self, view: View) -> View {
        let mut table = Table::new([
            Column::id("open invoice"),
            Column::number("to pay"),
            Column::words("how it stands"),
        ]);
        for invoice in &self.invoices {
            let mut words = match invoice.status.as_str() {
                "uncollectible" => "given up".to_owned(),
                _ => match invoice.attempt_count {
                    0 => "not tried yet".to_owned(),
                    1 => "tried once".to_owned(),
                    times => format!("tried {times} times"),
                },
            };
            if let Some(next) = invoice.next_payment_attempt {
                words.push_str(&format!(", again at {}", time(next)));
            }
            if let Some(due) = invoice.due_date {
                words.push_str(&format!(", due at {}", time(due)));
            }
            table.row([
                Text::from(invoice.number.as_deref().unwrap_or(&invoice.id)),
                Text::from(amount::words(invoice.amount_remaining, &invoice.currency)),
                Text::from(words),
            ]);
        }
        if table.is_empty() {
            return view;
        }
        let urls = self.invoices.iter().filter_map(|invoice| invoice.hosted_invoice_url.as_deref());
        urls.fold(view.blank().table(table), |view, url| view.line(format!("pay it at {url}")))
    }
}

/// What there is to say of a payment: why it failed and what to do, or what was given back.
fn happened(payment: &Payment) -> String {
    if let Some(code) = code(payment) {
        return match why(payment) {
            Some(decline) => format!("{} ({code}): {}", decline.meaning, decline.advice.words()),
            None => format!("declined ({code})"),
        };
    }
    match payment.amount_refunded {
        0 => payment.invoice.clone().unwrap_or_default(),
        refunded if refunded >= payment.amount => "refunded".to_owned(),
        refunded => format!("{} of it refunded", amount::words(refunded, &payment.currency)),
    }
}
