//! What a plan says: actions, changes with their fields, and what stands in the way.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::field::Field;
use super::kind::{Address, Kind};

/// What sync would do with one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make it.
    Create,
    /// Change fields of it.
    Update,
    /// Make a new one and retire the old one, because Stripe can't change what differs.
    Replace,
    /// Retire what is ours and no longer wanted.
    Archive,
    /// Mark as ours what exists already, and change what differs.
    Adopt,
    /// Ours, and no longer in the catalog: left alone unless pruned.
    Orphan,
}

impl Action {
    pub const ALL: [Action; 6] =
        [Action::Create, Action::Update, Action::Replace, Action::Archive, Action::Adopt, Action::Orphan];

    pub fn name(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Replace => "replace",
            Action::Archive => "archive",
            Action::Adopt => "adopt",
            Action::Orphan => "orphan",
        }
    }

    /// Whether sync sends anything for it.
    pub fn writes(self) -> bool {
        self != Action::Orphan
    }

    /// Whether a person is asked first even where nothing else asks: something stops being usable.
    pub fn is_grave(self) -> bool {
        matches!(self, Action::Replace | Action::Archive)
    }
}

/// One field: what it is, what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub path: String,
    pub before: Field,
    pub after: Field,
}

impl FieldChange {
    /// Whether it only marks the object as ours.
    pub fn is_mark(&self) -> bool {
        self.path.strip_prefix("metadata.").is_some_and(|key| key.starts_with("billctl_"))
    }

    fn json(&self) -> Value {
        // `unit_amount_decimal` is Stripe's spelling for rates; a person reads one name for an amount.
        let path = self.path.strip_suffix("_decimal").unwrap_or(&self.path);
        json!({"path": path, "before": self.before.display(), "after": self.after.display()})
    }
}

/// One line of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub action: Action,
    pub address: Address,
    /// The object that exists.
    pub id: Option<String>,
    pub fields: Vec<FieldChange>,
    /// Why, where it is not plain from the fields.
    pub reason: Option<String>,
    /// What hangs on a price that stops being sold.
    #[serde(default)]
    pub retires: Option<Retirement>,
}

/// What hangs on a price that is replaced or archived, as far as it was looked up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    /// Subscriptions that stay on the old price until they are migrated.
    pub subscribers: u64,
    /// There are more subscribers than were counted.
    pub more_subscribers: bool,
    /// Active payment links that sell it.
    pub payment_links: Vec<PaymentLink>,
}

/// An active payment link, whole, because Stripe can't change its price: a like one is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLink {
    pub id: String,
    pub url: String,
    /// The link as Stripe answers it, with its line items.
    pub json: Value,
    /// The link that replaces it already, from a sync that was stopped part-way.
    pub successor: Option<String>,
}

impl Change {
    /// The same intent: what makes a saved plan still true, whatever was looked up around it.
    pub fn same_as(&self, other: &Change) -> bool {
        self.action == other.action
            && self.address == other.address
            && self.id == other.id
            && self.fields == other.fields
    }

    /// The change as `catalog plan -o json` prints it.
    pub fn json(&self) -> Value {
        let mut json = json!({
            "action": self.action,
            "resource": self.address.kind,
            "key": self.address.key,
            "id": self.id,
            "fields": self.fields.iter().map(FieldChange::json).collect::<Vec<_>>(),
        });
        if let Some(reason) = &self.reason {
            json["reason"] = json!(reason);
        }
        if let Some(retires) = &self.retires {
            json["subscribers"] = json!(retires.subscribers);
            json["more_subscribers"] = json!(retires.more_subscribers);
            json["payment_links"] = retires.payment_links.iter().map(|link| json!(link.id)).collect();
        }
        json
    }
}

/// Something that keeps the catalog from being synced, with the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub address: Address,
    pub id: Option<String>,
    pub message: String,
    pub fix: String,
    /// Whether `--takeover` is the way out.
    pub foreign: bool,
}

/// What happens to a difference in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Stripe can change it.
    Update,
    /// Stripe can't; a new object can take its place.
    Replace,
    /// Stripe can't, and a new object can't take its place either.
    Never,
}

/// Whether Stripe can change a field from what it is. Source: the update parameters of API version
/// 2026-10-28.endive.
pub fn rule(kind: Kind, change: &FieldChange) -> Rule {
    let path = change.path.as_str();
    if path.starts_with("metadata.") {
        return Rule::Update;
    }
    let update_or = |updatable: &[&str], other: Rule| {
        if updatable.contains(&path) { Rule::Update } else { other }
    };
    match kind {
        Kind::Product | Kind::Portal => Rule::Update,
        Kind::Meter => update_or(&["display_name", "status"], Rule::Never),
        Kind::Feature => update_or(&["name"], Rule::Never),
        Kind::ProductFeature => Rule::Never,
        Kind::TaxRate if matches!(path, "percentage" | "inclusive") => Rule::Replace,
        Kind::TaxRate => Rule::Update,
        Kind::Price => price_rule(change),
        // Other currencies can be added and changed; there is no documented way to take one away.
        Kind::Coupon if path.starts_with("currency_options.") && change.after != Field::Null => Rule::Update,
        Kind::Coupon => update_or(&["name"], Rule::Replace),
        Kind::PromotionCode => update_or(&["active"], Rule::Replace),
        Kind::WebhookEndpoint if path == "api_version" => Rule::Replace,
        Kind::WebhookEndpoint => Rule::Update,
    }
}

fn price_rule(change: &FieldChange) -> Rule {
    let path = change.path.as_str();
    // Unspecified can become inclusive or exclusive once; then it is frozen.
    if path == "tax_behavior" || path.ends_with(".tax_behavior") {
        let unset = change.before == Field::Null || change.before == Field::text("unspecified");
        return if unset && change.after != Field::Null { Rule::Update } else { Rule::Replace };
    }
    // Stripe would change another currency's amount too, and with it what its subscribers pay from then on.
    let addable = path.starts_with("currency_options.") && change.before == Field::Null;
    if addable || matches!(path, "active" | "lookup_key" | "nickname") { Rule::Update } else { Rule::Replace }
}
