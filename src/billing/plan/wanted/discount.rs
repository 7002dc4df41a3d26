//! Coupons and promotion codes.

use super::{Build, Resource, word};
use crate::billing::catalog::model::{Coupon, Discount, PromotionCode};
use crate::billing::money::Rate;
use crate::billing::plan::account::promotion_key;
use crate::billing::plan::field::Field;
use crate::billing::plan::kind::{Address, Kind};

pub(super) fn coupon(key: &str, coupon: &Coupon) -> Resource {
    let mut build = Build::new(&coupon.metadata);
    build.set_if("name", Field::optional(coupon.name.as_deref()));
    let (percent, amount) = match &coupon.discount {
        Discount::Percent(percent) => (Field::decimal(*percent), None),
        Discount::Amount { amount, currency_options } => {
            for (currency, minor) in currency_options {
                let rate = Rate { minor: (*minor).into(), currency: *currency };
                build.set(&format!("currency_options.{currency}.amount_off"), Field::money(rate));
            }
            (Field::Null, Some(*amount))
        }
    };
    build.set("percent_off", percent);
    build.set("amount_off", amount.map_or(Field::Null, |amount| Field::money(amount.into())));
    build.set("currency", amount.map_or(Field::Null, |amount| Field::text(amount.currency.code())));
    build.set("duration", word(coupon.duration));
    build.set("duration_in_months", coupon.duration_in_months.map_or(Field::Null, Field::Int));
    build.set("max_redemptions", coupon.max_redemptions.map_or(Field::Null, Field::Int));
    build.set("redeem_by", coupon.redeem_by.map_or(Field::Null, |moment| Field::Time(moment.as_second())));
    let products = coupon.applies_to.iter().map(|key| Field::Ref(Address::new(Kind::Product, key)));
    build.set("applies_to.products", Field::set(products.collect()));
    build.resource(Kind::Coupon, key, Some(&coupon.id), coupon.stripe_id.as_ref()).with_own_id()
}

pub(super) fn promotion_code(key: &str, code: &PromotionCode) -> Resource {
    let mut build = Build::new(&code.metadata);
    let typed = code.code.to_uppercase();
    build.set("code", Field::text(&typed));
    build.set("promotion.coupon", Field::Ref(Address::new(Kind::Coupon, &code.coupon)));
    build.optional("customer", code.customer.as_ref());
    build.set("max_redemptions", code.max_redemptions.map_or(Field::Null, Field::Int));
    build.set("expires_at", code.expires_at.map_or(Field::Null, |moment| Field::Time(moment.as_second())));
    build.set("restrictions.first_time_transaction", Field::Bool(code.first_time_transaction));
    let minimum = code.minimum_amount;
    build.set("restrictions.minimum_amount", minimum.map_or(Field::Null, |money| Field::money(money.into())));
    build.set(
        "restrictions.minimum_amount_currency",
        minimum.map_or(Field::Null, |money| Field::text(money.currency.code())),
    );
    build.set("active", Field::Bool(code.active));
    let natural_key = promotion_key(&code.code, code.customer.as_deref());
    let mut resource = build.resource(Kind::PromotionCode, key, Some(&natural_key), code.stripe_id.as_ref());
    resource.create_only.insert("promotion.type".to_owned(), Field::text("coupon"));
    resource
}
