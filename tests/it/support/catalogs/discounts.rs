//! Random coupons and promotion codes.

use std::collections::BTreeMap;

use billctl::billing::catalog::file::{Coupon, Duration, Moment, Percent, PromotionCode};
use billctl::billing::currency::Currency;
use proptest::prelude::*;
use proptest::sample::Index;

use super::words::{Sum, currency, free_text, metadata, mostly_true, sum};

/// A coupon before it is known which products there are.
#[derive(Debug, Clone)]
pub struct CouponDraft {
    applies_to: Vec<Index>,
    rest: Coupon,
}

pub fn coupon() -> impl Strategy<Value = CouponDraft> {
    let percent = prop_oneof![
        (1..=100_i64).prop_map(Percent::Whole),
        "[1-9][0-9]?\\.[0-9]{1,2}".prop_map(Percent::Decimal),
    ];
    let percent = percent.prop_map(|percent| Coupon { percent_off: Some(percent), ..Coupon::default() });
    let amount =
        (currency(), sum(), prop::collection::btree_map(currency(), sum(), 0..3)).prop_map(amount_off);
    let duration = prop_oneof![
        Just((None, None)),
        Just((Some(Duration::Once), None)),
        Just((Some(Duration::Forever), None)),
        (1..24_i64).prop_map(|months| (Some(Duration::Repeating), Some(months))),
    ];
    (
        prop_oneof![percent, amount],
        duration,
        (prop::option::of(free_text(1, 40)), prop::option::of("[A-Za-z0-9_.-]{9,12}")),
        (prop::option::of(1..1000_i64), prop::option::of(moment())),
        prop::collection::vec(any::<Index>(), 0..3),
        metadata(),
    )
        .prop_map(
            |(discount, (duration, months), (name, id), (most, redeem_by), applies_to, metadata)| {
                let rest = Coupon {
                    id,
                    name,
                    duration,
                    duration_in_months: months,
                    max_redemptions: most,
                    redeem_by,
                    metadata,
                    ..discount
                };
                CouponDraft { applies_to, rest }
            },
        )
}

fn amount_off((currency, amount, options): (Currency, Sum, BTreeMap<Currency, Sum>)) -> Coupon {
    let options = options.into_iter().filter(|(other, _)| *other != currency);
    Coupon {
        amount_off: Some(amount.whole(currency)),
        currency_options: options.map(|(other, sum)| (other.to_string(), sum.whole(other))).collect(),
        ..Coupon::default()
    }
}

/// A moment to come, however it is spelt, less than five years ahead.
fn moment() -> impl Strategy<Value = Moment> {
    (2027..=2029, 1..=12, 1..=28, 0..24, any::<bool>()).prop_map(|(year, month, day, hour, utc)| {
        let offset = if utc { "Z" } else { "+02:00" };
        Moment(format!("{year}-{month:02}-{day:02}T{hour:02}:30:00{offset}"))
    })
}

impl CouponDraft {
    /// Makes the coupon, with references to products that are there.
    pub fn settle(self, products: &[String]) -> Coupon {
        let mut coupon = self.rest;
        let chosen = self.applies_to.iter().filter(|_| !products.is_empty());
        for product in chosen.map(|index| index.get(products)) {
            if !coupon.applies_to.contains(product) {
                coupon.applies_to.push(product.clone());
            }
        }
        coupon
    }
}

/// A promotion code before it is known which coupons there are.
#[derive(Debug, Clone)]
pub struct CodeDraft {
    coupon: Index,
    own_code: bool,
    rest: PromotionCode,
}

pub fn promotion_code() -> impl Strategy<Value = CodeDraft> {
    (
        (any::<Index>(), any::<bool>()),
        prop::option::of(1..1000_i64),
        prop::option::of(moment()),
        any::<bool>(),
        prop::option::of((currency(), sum())),
        mostly_true(),
        metadata(),
    )
        .prop_map(
            |((coupon, own_code), most, expires_at, first_time_transaction, minimum, active, metadata)| {
                let rest = PromotionCode {
                    stripe_id: None,
                    code: None,
                    coupon: String::new(),
                    customer: None,
                    max_redemptions: most,
                    expires_at,
                    first_time_transaction,
                    minimum_amount: minimum.map(|(currency, sum)| sum.whole(currency)),
                    active,
                    metadata,
                };
                CodeDraft { coupon, own_code, rest }
            },
        )
}

/// Makes the codes, each within the bounds of its coupon; without coupons there are none.
pub fn settle_codes(
    drafts: BTreeMap<String, CodeDraft>,
    coupons: &BTreeMap<String, Coupon>,
) -> BTreeMap<String, PromotionCode> {
    let keys: Vec<&String> = coupons.keys().collect();
    if keys.is_empty() {
        return BTreeMap::new();
    }
    let settle = |(key, draft): (String, CodeDraft)| {
        let mut code = draft.rest;
        let coupon_key = *draft.coupon.get(&keys);
        let coupon = &coupons[coupon_key];
        code.coupon.clone_from(coupon_key);
        code.code = draft.own_code.then(|| format!("{}x", key.to_lowercase()));
        if let (Some(most), Some(limit)) = (code.max_redemptions, coupon.max_redemptions) {
            code.max_redemptions = Some(most.min(limit));
        }
        if coupon.redeem_by.is_some() {
            code.expires_at = code.expires_at.and_then(|_| coupon.redeem_by.clone());
        }
        (key, code)
    };
    // A code of its own is another key in lower case with an `x`: never a second one of the same.
    drafts
        .into_iter()
        .map(settle)
        .scan(Vec::new(), |taken, (key, code)| {
            let typed = code.code.as_ref().unwrap_or(&key).to_lowercase();
            let is_new = !taken.contains(&typed);
            taken.push(typed);
            Some(is_new.then_some((key, code)))
        })
        .flatten()
        .collect()
}
