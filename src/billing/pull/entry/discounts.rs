//! Coupons and promotion codes.

use std::collections::BTreeMap;

use super::read::{Read, amount, table};
use super::{Table, Unsayable};
use crate::billing::catalog::file::{Amount, Coupon, Duration, PromotionCode};
use crate::billing::plan::field::Field;

pub fn coupon(read: &Read<'_>) -> Result<Table, Unsayable> {
    let identity = &read.source.identity;
    table(Coupon {
        id: identity.id.clone(),
        stripe_id: identity.stripe_id.clone(),
        name: read.text("name"),
        percent_off: read.percent("percent_off"),
        amount_off: read.amount("amount_off"),
        currency_options: currency_options(read),
        duration: read.word("duration")?.filter(|duration| *duration != Duration::Once),
        duration_in_months: read.int("duration_in_months"),
        max_redemptions: read.int("max_redemptions"),
        redeem_by: read.moment("redeem_by"),
        applies_to: applies_to(read)?,
        metadata: read.metadata(),
    })
}

fn currency_options(read: &Read<'_>) -> BTreeMap<String, Amount> {
    let option = |(path, field): (&String, &Field)| {
        let code = path.strip_prefix("currency_options.")?.strip_suffix(".amount_off")?;
        Some((code.to_owned(), amount(field)?))
    };
    read.source.fields.iter().filter_map(option).collect()
}

fn applies_to(read: &Read<'_>) -> Result<Vec<String>, Unsayable> {
    let Field::List(products) = read.field("applies_to.products") else { return Ok(Vec::new()) };
    let key = |product: &Field| match product {
        Field::Ref(address) => Ok(address.key.clone()),
        _ => Err(Unsayable("it applies to a product that is not in the file".to_owned())),
    };
    products.iter().map(key).collect()
}

pub fn promotion_code(read: &Read<'_>) -> Result<Table, Unsayable> {
    let key = &read.source.address.key;
    if read.raw("restrictions.currency_options").as_object().is_some_and(|options| !options.is_empty()) {
        read.leave_unsaid("its smallest amounts in other currencies");
    }
    let coupon = read.reference("promotion.coupon");
    table(PromotionCode {
        stripe_id: read.source.identity.stripe_id.clone(),
        code: read.text_unless("code", &key.to_uppercase()),
        coupon: coupon.ok_or_else(|| Unsayable("its coupon is not in the file".to_owned()))?,
        customer: read.text("customer"),
        max_redemptions: read.int("max_redemptions"),
        expires_at: read.moment("expires_at"),
        first_time_transaction: read.flag("restrictions.first_time_transaction"),
        minimum_amount: read.amount("restrictions.minimum_amount"),
        active: read.off("active"),
        metadata: read.metadata(),
    })
}
