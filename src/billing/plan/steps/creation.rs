//! What is sent to make a resource, what only an update takes, and what must be sent together.

use crate::billing::plan::field::{Field, Fields};
use crate::billing::plan::kind::Kind;
use crate::billing::plan::wanted::Resource;

/// The parameters that make a resource: what is set, less what Stripe takes only later.
pub(super) fn creation(resource: &Resource) -> Fields {
    let later = later_fields(resource.address.kind);
    let set = |field: &Field| *field != Field::Null && *field != Field::List(Vec::new());
    let fields = resource.fields.iter().filter(|(path, field)| !later.contains(&path.as_str()) && set(field));
    fields.chain(&resource.create_only).map(|(path, field)| (path.clone(), field.clone())).collect()
}

/// Fields that only an update takes.
pub fn later_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Meter => &["status"],
        Kind::Feature | Kind::Portal => &["active"],
        Kind::Product => &["default_price"],
        Kind::WebhookEndpoint => &["disabled"],
        Kind::TaxRate | Kind::Price | Kind::ProductFeature | Kind::Coupon | Kind::PromotionCode => &[],
    }
}

/// What is still to be said once the resource exists: the later fields that differ from a new object's.
pub(super) fn after_creation(resource: &Resource) -> Fields {
    let fresh = [
        ("status", Field::text("active")),
        ("active", Field::Bool(true)),
        ("disabled", Field::Bool(false)),
        ("default_price", Field::Null),
    ];
    let later = later_fields(resource.address.kind).iter().filter_map(|path| {
        let field = resource.fields.get(*path)?;
        let differs = !fresh.iter().any(|(name, value)| name == path && value == field);
        differs.then(|| ((*path).to_owned(), field.clone()))
    });
    later.collect()
}

/// The beginning of the paths that are sent together with this one, because Stripe takes them as one.
pub(super) fn block(kind: Kind, path: &str) -> Option<String> {
    match kind {
        Kind::Portal => {
            let block = path.strip_prefix("features.")?.split('.').next()?;
            Some(format!("features.{block}."))
        }
        Kind::Price | Kind::Coupon if path.starts_with("currency_options.") => {
            Some("currency_options.".to_owned())
        }
        Kind::PromotionCode | Kind::Meter | Kind::Feature | Kind::TaxRate | Kind::Product => None,
        Kind::Price | Kind::Coupon | Kind::ProductFeature | Kind::WebhookEndpoint => None,
    }
}
