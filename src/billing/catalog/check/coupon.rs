//! Coupons and promotion codes.

use std::collections::BTreeMap;

use super::Checker;
use super::unique::{Namespace, Owner};
use crate::billing::catalog::file;
use crate::billing::catalog::model::{Coupon, Discount, Duration, PromotionCode};
use crate::billing::catalog::path::At;
use crate::billing::catalog::problem::Finding;
use crate::billing::currency::Currency;
use crate::billing::money::Money;

impl<'a> Checker<'a> {
    pub fn coupon(&mut self, at: &At<'_>, key: &'a str, coupon: &'a file::Coupon) -> Option<Coupon> {
        let (id, field) =
            self.identity(at, coupon.stripe_id.as_deref(), coupon.id.as_deref(), key.to_owned());
        self.claim(Namespace::CouponId, id.clone(), Owner::new("coupons", key, field));
        self.metadata(at, &coupon.metadata);
        let discount = self.discount(at, coupon);
        let duration = self.duration(at, coupon);
        let redeem_by =
            coupon.redeem_by.as_ref().and_then(|moment| self.moment(&at.key("redeem_by"), moment));
        self.applies_to(at, coupon);
        Some(Coupon {
            stripe_id: coupon.stripe_id.clone(),
            id,
            name: coupon.name.clone(),
            discount: discount?,
            duration,
            duration_in_months: coupon.duration_in_months,
            max_redemptions: coupon.max_redemptions,
            redeem_by,
            applies_to: coupon.applies_to.clone(),
            metadata: coupon.metadata.clone(),
        })
    }

    fn discount(&mut self, at: &At<'_>, coupon: &file::Coupon) -> Option<Discount> {
        match (&coupon.percent_off, &coupon.amount_off) {
            (None, None) => {
                self.report(
                    Finding::at("missing_key", at, "the coupon takes nothing off")
                        .hint("Add percent_off = 20 or amount_off = \"5.00 usd\""),
                );
                None
            }
            (Some(_), Some(_)) => {
                self.report(
                    Finding::at_key(
                        "conflict",
                        &at.key("amount_off"),
                        "`percent_off` and `amount_off` exclude each other",
                    )
                    .hint("Keep one of the two"),
                );
                None
            }
            (Some(percent), None) => {
                let percent_at = at.key("percent_off");
                if !coupon.currency_options.is_empty() {
                    self.report(
                        Finding::at_key(
                            "conflict",
                            &at.key("currency_options"),
                            "a percentage has no currency",
                        )
                        .hint("Remove currency_options"),
                    );
                }
                let percent = self.percent(&percent_at, percent)?;
                if percent.is_zero() {
                    self.report(
                        Finding::at("bad_percent", &percent_at, "0 percent off is no discount")
                            .hint("Write a percentage above 0, at most 100"),
                    );
                }
                Some(Discount::Percent(percent))
            }
            (None, Some(amount)) => {
                let amount = self.positive_amount(&at.key("amount_off"), &amount.0);
                let currency_options = self.discount_options(at, coupon, amount);
                Some(Discount::Amount { amount: amount?, currency_options })
            }
        }
    }

    fn positive_amount(&mut self, at: &At<'_>, text: &str) -> Option<Money> {
        let money = self.money(at, text)?;
        if money.minor == 0 {
            self.report(Finding::at("out_of_range", at, "this is nothing").hint("Write an amount above 0"));
        }
        Some(money)
    }

    fn discount_options(
        &mut self,
        at: &At<'_>,
        coupon: &file::Coupon,
        own: Option<Money>,
    ) -> BTreeMap<Currency, i64> {
        let table = at.key("currency_options");
        let mut options = BTreeMap::new();
        for (code, amount) in &coupon.currency_options {
            let at = table.key(code);
            let Some(currency) = self.currency(&at, code) else { continue };
            let Some(money) = self.positive_amount(&at, &amount.0) else { continue };
            if own.is_some_and(|own| own.currency == currency) {
                self.report(
                    Finding::at_key("duplicate", &at, format!("{currency} is the currency of amount_off"))
                        .hint("Remove it from currency_options"),
                );
            } else if money.currency != currency {
                self.report(
                    Finding::at(
                        "mixed_currencies",
                        &at,
                        format!("the amount is in {}, its key is {currency}", money.currency),
                    )
                    .hint(format!("Write the amount in {currency}")),
                );
            } else if options.insert(currency, money.minor).is_some() {
                self.report(
                    Finding::at_key("duplicate", &at, format!("{currency} is given twice"))
                        .hint("Keep one of the two"),
                );
            }
        }
        options
    }

    fn duration(&mut self, at: &At<'_>, coupon: &file::Coupon) -> Duration {
        let duration = coupon.duration.unwrap_or(Duration::Once);
        match (duration, coupon.duration_in_months) {
            (Duration::Repeating, None) => self.report(
                Finding::at("missing_key", at, "`duration_in_months` is missing")
                    .hint("Add duration_in_months = 3, or write duration = \"once\" or \"forever\""),
            ),
            (Duration::Once | Duration::Forever, Some(_)) => self.report(
                Finding::at_key(
                    "conflict",
                    &at.key("duration_in_months"),
                    "only a repeating coupon has months",
                )
                .hint("Write duration = \"repeating\", or remove duration_in_months"),
            ),
            (Duration::Repeating, Some(_)) | (Duration::Once | Duration::Forever, None) => {}
        }
        duration
    }

    fn applies_to(&mut self, at: &At<'_>, coupon: &file::Coupon) {
        let list = at.key("applies_to");
        for (index, product) in coupon.applies_to.iter().enumerate() {
            let at = list.index(index);
            if self.refers(&at, "products", product, "product") {
                self.sold(&at, product);
            }
            if coupon.applies_to.iter().take(index).any(|earlier| earlier == product) {
                self.report(
                    Finding::at("duplicate", &at, format!("the product `{product}` is listed twice"))
                        .hint("Remove one of the two"),
                );
            }
        }
    }

    /// A product that is referred to in Stripe must be there.
    pub fn sold(&mut self, at: &At<'_>, key: &str) {
        let local = |product: &file::Product| {
            product.default_plan && product.prices.is_empty() && product.stripe_id.is_none()
        };
        if self.file.products.get(key).is_some_and(local) {
            self.report(
                Finding::at("unknown_reference", at, format!("the plan `{key}` lives only in the file"))
                    .hint("Name a product that has prices"),
            );
        }
    }

    pub fn promotion_code(
        &mut self,
        at: &At<'_>,
        key: &'a str,
        promotion: &'a file::PromotionCode,
    ) -> Option<PromotionCode> {
        let code = promotion.code.as_deref().unwrap_or(key);
        if promotion.code.is_none() && code.contains('_') {
            self.report(
                Finding::at_key("bad_value", at, format!("`{code}` can't be a promotion code"))
                    .hint("Codes have letters, digits and `-`: add code = \"…\""),
            );
        }
        let active = promotion.active.unwrap_or(true);
        // Stripe wants codes to be unique among active ones, for the same customers.
        if active {
            let scope =
                promotion.customer.as_ref().map_or_else(String::new, |customer| format!(" for {customer}"));
            let name = format!("{}{scope}", code.to_lowercase());
            self.claim(Namespace::PromotionCode, name, Owner::new("promotion_codes", key, "code"));
        }
        self.adopt(at, "promotion_codes", key, promotion.stripe_id.as_deref(), "promo_");
        self.metadata(at, &promotion.metadata);
        if let Some(customer) = &promotion.customer
            && !customer.starts_with("cus_")
        {
            self.report(
                Finding::at("bad_id", &at.key("customer"), format!("`{customer}` is not a customer's id"))
                    .hint("Copy it from Stripe: it starts with `cus_`"),
            );
        }
        let expires_at =
            promotion.expires_at.as_ref().and_then(|moment| self.moment(&at.key("expires_at"), moment));
        let minimum = promotion.minimum_amount.as_ref();
        let minimum_amount =
            minimum.and_then(|amount| self.positive_amount(&at.key("minimum_amount"), &amount.0));
        self.within_coupon(at, promotion);
        Some(PromotionCode {
            stripe_id: promotion.stripe_id.clone(),
            code: code.to_owned(),
            coupon: promotion.coupon.clone(),
            customer: promotion.customer.clone(),
            max_redemptions: promotion.max_redemptions,
            expires_at,
            first_time_transaction: promotion.first_time_transaction,
            minimum_amount,
            active,
            metadata: promotion.metadata.clone(),
        })
    }

    /// A code can't be used longer or more often than its coupon.
    fn within_coupon(&mut self, at: &At<'_>, promotion: &file::PromotionCode) {
        if !self.refers(&at.key("coupon"), "coupons", &promotion.coupon, "coupon") {
            return;
        }
        let Some(coupon) = self.file.coupons.get(&promotion.coupon) else { return };
        let read = |moment: &Option<file::Moment>| {
            moment.as_ref().and_then(|moment| moment.0.parse::<jiff::Timestamp>().ok())
        };
        if let (Some(expires_at), Some(redeem_by)) = (read(&promotion.expires_at), read(&coupon.redeem_by))
            && expires_at > redeem_by
        {
            self.report(
                Finding::at("out_of_range", &at.key("expires_at"), "the code outlives its coupon")
                    .hint(format!("Write {redeem_by} or earlier")),
            );
        }
        if let (Some(most), Some(coupon_most)) = (promotion.max_redemptions, coupon.max_redemptions)
            && most > coupon_most
        {
            self.report(
                Finding::at(
                    "out_of_range",
                    &at.key("max_redemptions"),
                    format!("the coupon can be redeemed {coupon_most} times only"),
                )
                .hint(format!("Write {coupon_most} or less")),
            );
        }
    }
}
