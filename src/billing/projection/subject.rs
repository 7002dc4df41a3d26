//! Which customer a subject, whoever the application bills, belongs to: as Stripe's objects tell it.

use serde_json::Value;

use super::column::{Cell, Shape, first};

/// The metadata key under which objects name their subject, where the billing file names none.
pub const SUBJECT_TAG: &str = "billctl_subject";

/// What an object says of a subject and its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectLink {
    pub subject: String,
    pub customer: String,
    /// When the object was made, in seconds: of two that say different things, the earlier is right.
    pub at: i64,
}

/// The subject that an object names: in its metadata under `key` (`links.subject_metadata` of the billing file), or as
/// a checkout session's `client_reference_id`.
pub fn subject_link(kind: &str, object: &Value, key: Option<&str>) -> Option<SubjectLink> {
    let customer_at = match kind {
        "checkout.session" | "subscription" => "/customer",
        "customer" => "/id",
        _ => return None,
    };
    let in_metadata = key.and_then(|key| object.get("metadata")?.get(key)).and_then(Value::as_str);
    let reference = object.get("client_reference_id").and_then(Value::as_str);
    let subject = in_metadata.or(reference).filter(|subject| !subject.is_empty())?;
    let Cell::Text(customer) = first(object, &[customer_at], Shape::Id) else { return None };
    let at = object.get("created").and_then(Value::as_i64).unwrap_or(0);
    Some(SubjectLink { subject: subject.to_owned(), customer, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(kind: &str, object: Value, expected: Option<(&str, &str)>) {
        let link = subject_link(kind, &object, Some("userId"));
        let found = link.as_ref().map(|link| (link.subject.as_str(), link.customer.as_str()));
        assert_eq!(found, expected, "{object}");
    }

    #[test]
    fn a_subject_is_named_by_metadata_or_by_a_checkout() {
        check("customer", json!({"id": "cus_1", "metadata": {"userId": "u_1"}}), Some(("u_1", "cus_1")));
        check("customer", json!({"id": "cus_1", "metadata": {"other": "u_1"}}), None);
        let session =
            json!({"id": "cs_1", "customer": "cus_1", "client_reference_id": "c_7", "metadata": {}});
        check("checkout.session", session, Some(("c_7", "cus_1")));
        let expanded = json!({"id": "cs_1", "customer": {"id": "cus_1"}, "client_reference_id": "c_7",
            "metadata": {"userId": "u_1"}});
        check("checkout.session", expanded, Some(("u_1", "cus_1")));
        let open = json!({"id": "cs_1", "customer": null, "client_reference_id": "c_7"});
        check("checkout.session", open, None);
        check(
            "subscription",
            json!({"id": "sub_1", "customer": "cus_1", "metadata": {"userId": "u_1"}}),
            Some(("u_1", "cus_1")),
        );
        check("invoice", json!({"id": "in_1", "customer": "cus_1", "metadata": {"userId": "u_1"}}), None);
    }
}
