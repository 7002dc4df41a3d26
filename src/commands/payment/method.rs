//! The way to pay that is charged while its owner is away.

use serde_json::{Value, json};

use super::live::id_at;
use crate::error::{Kind, fail};
use crate::stripe::{Reader, segment};

/// The method that a customer is charged with: the one that was named, or else its default, or the only one it has saved.
///
/// # Errors
/// `Usage` for an id of something else, `Failed` where it is another customer's or there is none to be chosen.
pub async fn of_customer(reader: &Reader, customer: &str, named: Option<&str>) -> anyhow::Result<String> {
    match named {
        Some(id) => check(reader, customer, id).await.map(|()| id.to_owned()),
        None => default(reader, customer).await,
    }
}

async fn check(reader: &Reader, customer: &str, id: &str) -> anyhow::Result<()> {
    if !id.starts_with("pm_") {
        return Err(fail(
            Kind::Usage,
            format!("`{id}` is no payment method's id; nothing was sent"),
            "It begins with pm_; `billctl customer show SUBJECT -o json` lists them in `payment_methods`",
        ));
    }
    // Names for tests, each of which stands for a new card.
    if id.starts_with("pm_card_") {
        return Ok(());
    }
    let method = match reader.get(&format!("/v1/payment_methods/{}", segment(id)), &Value::Null).await {
        Ok(method) => method,
        Err(error) if error.is_missing() => {
            return Err(fail(
                Kind::Failed,
                format!("Stripe has no payment method {id} in this account and mode; nothing was sent"),
                "`billctl customer show SUBJECT -o json` lists them in `payment_methods`",
            ));
        }
        Err(error) => return Err(error.into()),
    };
    match id_at(&method, "/customer") {
        Some(owner) if owner == customer => Ok(()),
        Some(owner) => Err(fail(
            Kind::Failed,
            format!("{id} is a payment method of {owner}, and not of {customer}; nothing was sent"),
            "Name one of that customer's own",
        )),
        None => Err(fail(
            Kind::Failed,
            format!("{id} is no customer's: it can't be charged while nobody is there; nothing was sent"),
            "Have the customer save one: `billctl portal create --subject SUBJECT --flow payment-method`",
        )),
    }
}

async fn default(reader: &Reader, customer: &str) -> anyhow::Result<String> {
    let path = format!("/v1/customers/{}", segment(customer));
    let found = reader.get(&path, &Value::Null).await?;
    if let Some(id) =
        id_at(&found, "/invoice_settings/default_payment_method").or(id_at(&found, "/default_source"))
    {
        return Ok(id.to_owned());
    }
    let saved = reader.list(&format!("{path}/payment_methods"), &json!({})).await?;
    let ids: Vec<&str> = saved.iter().filter_map(|method| id_at(method, "/id")).collect();
    match ids.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(fail(
            Kind::Failed,
            format!("{customer} has saved no way to pay; nothing was sent"),
            "Have the customer save one: `billctl portal create --subject SUBJECT --flow payment-method`",
        )),
        several => Err(fail(
            Kind::Failed,
            format!("{customer} has {} ways to pay and no default; nothing was sent", several.len()),
            format!("Name one with `--payment-method`: {}", several.join(", ")),
        )),
    }
}
