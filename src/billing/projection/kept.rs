//! What of an object is kept: no secrets, and no personal data where that is not wanted.

use serde_json::Value;

/// Fields that hand over rights, at any depth. They are shown once, to whom they are for.
const SECRETS: [&str; 3] = ["client_secret", "confirmation_secret", "secret"];

/// Fields about a person, at any depth. Stripe's ids and metadata stay: they are what subjects are found by.
const PERSONAL: [&str; 20] = [
    "address",
    "billing_details",
    "business_name",
    "collected_information",
    "custom_fields",
    "customer_address",
    "customer_details",
    "customer_email",
    "customer_name",
    "customer_phone",
    "customer_shipping",
    "customer_tax_ids",
    "email",
    "fingerprint",
    "individual_name",
    "last4",
    "phone",
    "receipt_email",
    "shipping",
    "shipping_details",
];

/// Fields about a person in a customer alone: elsewhere they are of a thing.
const PERSONAL_OF_CUSTOMER: [&str; 2] = ["description", "name"];

/// The object as the mirror keeps it. What is left out is null, so that no field is missing.
#[must_use]
pub fn kept(mut object: Value, personal_data: bool) -> Value {
    leave_out(&mut object, personal_data);
    object
}

fn leave_out(value: &mut Value, personal_data: bool) {
    match value {
        Value::Object(fields) => {
            let is_customer = fields.get("object").and_then(Value::as_str) == Some("customer");
            for (name, field) in fields {
                let name = name.as_str();
                let is_personal =
                    || PERSONAL.contains(&name) || (is_customer && PERSONAL_OF_CUSTOMER.contains(&name));
                if SECRETS.contains(&name) || (!personal_data && is_personal()) {
                    *field = Value::Null;
                } else if name != "metadata" {
                    leave_out(field, personal_data);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| leave_out(element, personal_data)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_never_kept() {
        let intent = json!({"id": "pi_1", "client_secret": "x", "latest_charge": {"client_secret": "y", "id": "ch_1"}});
        let expected = json!({"id": "pi_1", "client_secret": null, "latest_charge": {"client_secret": null, "id": "ch_1"}});
        assert_eq!(kept(intent, true), expected);
    }

    #[test]
    fn personal_data_is_kept_only_where_it_is_wanted() {
        let customer = json!({"object": "customer", "id": "cus_1", "name": "Ada", "email": "ada@example.com",
            "metadata": {"name": "u_1", "secret": "kept: it is the application's own"}});
        assert_eq!(kept(customer.clone(), true), customer);
        let expected = json!({"object": "customer", "id": "cus_1", "name": null, "email": null,
            "metadata": {"name": "u_1", "secret": "kept: it is the application's own"}});
        assert_eq!(kept(customer, false), expected);
        let product = json!({"object": "product", "name": "Pro"});
        assert_eq!(kept(product.clone(), false), product);
    }
}
