//! How the file names an object, so that the plan finds it again and has nothing to mark.

use crate::billing::plan::account::{Object, Owner};
use crate::billing::plan::kind::{Address, Kind};

/// The keys that say which object a table is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// An id of the user's own choice: products and coupons only.
    pub id: Option<String>,
    /// The id of an object that exists.
    pub stripe_id: Option<String>,
}

impl Identity {
    /// What has to be said of an object.
    ///
    /// What carries the project's mark is found by it, or by what Stripe keeps unique, and plans to nothing. Any
    /// other object is named by its id: that says that the catalog knows it, so that no mark is missing.
    pub fn of(object: &Object, address: &Address, project: &str) -> Identity {
        let named = || Identity { id: None, stripe_id: Some(object.id.clone()) };
        let ours = matches!(object.owner(), Owner::Project { project: owner, .. } if owner == project);
        let marked = object.is_ours(project, &address.key);
        match object.kind {
            // Found by their event name; they carry no marks.
            Kind::Meter | Kind::ProductFeature => Identity::default(),
            Kind::Product | Kind::Coupon if ours => Identity::own(object, address, project),
            // Without a lookup key of its own it would be given one.
            Kind::Price if object.natural_key.is_none() => named(),
            Kind::Price | Kind::Feature | Kind::PromotionCode if ours => Identity::default(),
            Kind::TaxRate | Kind::Portal | Kind::WebhookEndpoint if marked => Identity::default(),
            _ => named(),
        }
    }

    fn own(object: &Object, address: &Address, project: &str) -> Identity {
        let default = match object.kind {
            Kind::Product => format!("{project}_{}", address.key),
            _ => address.key.clone(),
        };
        if object.id == default {
            Identity::default()
        } else if is_given(object.kind, &object.id) {
            Identity { id: None, stripe_id: Some(object.id.clone()) }
        } else {
            Identity { id: Some(object.id.clone()), stripe_id: None }
        }
    }
}

/// Whether an id looks like one that Stripe made up: `prod_` and 14 letters and digits, or a coupon's eight.
pub fn is_given(kind: Kind, id: &str) -> bool {
    let random = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match kind {
        Kind::Product => id.strip_prefix("prod_").is_some_and(|rest| random(rest, 14) || random(rest, 24)),
        Kind::Coupon => {
            let mixed = |of: fn(&u8) -> bool| id.bytes().any(|byte| of(&byte));
            random(id, 8) && mixed(u8::is_ascii_lowercase) && mixed(u8::is_ascii_uppercase)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(kind: Kind, json: Value, key: &str, id: Option<&str>, stripe_id: Option<&str>) {
        let object = Object::new(kind, json).unwrap();
        let identity = Identity::of(&object, &Address::new(kind, key), "shop");
        assert_eq!((identity.id.as_deref(), identity.stripe_id.as_deref()), (id, stripe_id));
    }

    fn ours(key: &str) -> Value {
        json!({"billctl_project": "shop", "billctl_key": key})
    }

    #[test]
    fn what_is_ours_under_its_usual_id_needs_no_word() {
        check(Kind::Product, json!({"id": "shop_pro", "metadata": ours("pro")}), "pro", None, None);
        check(Kind::Coupon, json!({"id": "HELLO", "metadata": ours("HELLO")}), "HELLO", None, None);
        let price =
            json!({"id": "price_1", "lookup_key": "shop_pro_monthly", "metadata": ours("pro.monthly")});
        check(Kind::Price, price, "pro.monthly", None, None);
        check(Kind::TaxRate, json!({"id": "txr_1", "metadata": ours("vat")}), "vat", None, None);
    }

    #[test]
    fn an_id_of_ones_own_choice_is_kept() {
        check(Kind::Product, json!({"id": "pro-v2", "metadata": ours("pro")}), "pro", Some("pro-v2"), None);
        let given = "prod_QyHrZ2eZvKYlo2";
        check(Kind::Product, json!({"id": given, "metadata": ours("pro")}), "pro", None, Some(given));
        check(Kind::Coupon, json!({"id": "jMT0WJUD", "metadata": ours("A")}), "A", None, Some("jMT0WJUD"));
        check(Kind::Coupon, json!({"id": "SUMMER25", "metadata": ours("A")}), "A", Some("SUMMER25"), None);
    }

    #[test]
    fn what_nobody_marked_is_named_by_its_id() {
        check(Kind::Product, json!({"id": "shop_pro"}), "pro", None, Some("shop_pro"));
        check(Kind::Feature, json!({"id": "feat_1", "lookup_key": "a"}), "a", None, Some("feat_1"));
        check(Kind::TaxRate, json!({"id": "txr_1", "metadata": ours("tax")}), "vat", None, Some("txr_1"));
        check(Kind::Meter, json!({"id": "mtr_1", "event_name": "a"}), "a", None, None);
    }

    #[test]
    fn a_price_of_ours_without_a_lookup_key_is_named_too() {
        let price = json!({"id": "price_1", "lookup_key": null, "metadata": ours("pro.monthly")});
        check(Kind::Price, price, "pro.monthly", None, Some("price_1"));
    }
}
