//! Random customer-portal configurations.

use std::collections::BTreeMap;

use billctl::billing::catalog::file::{
    AllowedUpdate, CancelMode, CancelReason, CustomerUpdate, Portal, Product, ProrationBehavior,
    ScheduleCondition, SubscriptionCancel, SubscriptionUpdate,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::words::{free_text, metadata, mostly_true, web_address};

/// A portal before it is known what it can offer.
#[derive(Debug, Clone)]
pub struct PortalDraft {
    update: Option<SubscriptionUpdate>,
    rest: Portal,
}

pub fn portal() -> impl Strategy<Value = PortalDraft> {
    let customer = vec![
        CustomerUpdate::Address,
        CustomerUpdate::Email,
        CustomerUpdate::Name,
        CustomerUpdate::Phone,
        CustomerUpdate::Shipping,
        CustomerUpdate::TaxId,
    ];
    let texts = (
        prop::option::of(free_text(1, 30)),
        prop::option::of(free_text(1, 60)),
        prop::option::of(web_address()),
        prop::option::of(web_address()),
        prop::option::of(web_address()),
    );
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), mostly_true());
    let lists =
        (subsequence(customer, 0..=6).prop_shuffle(), prop::option::of(cancel()), prop::option::of(update()));
    (texts, switches, lists, metadata()).prop_map(|(texts, switches, lists, metadata)| {
        let (name, headline, privacy_policy_url, terms_of_service_url, default_return_url) = texts;
        let (login_page, invoice_history, payment_method_update, active) = switches;
        let (customer_update, subscription_cancel, update) = lists;
        let rest = Portal {
            stripe_id: None,
            name,
            headline,
            privacy_policy_url,
            terms_of_service_url,
            default_return_url,
            // A page of their own to log in at is for portals that are in use.
            login_page: login_page && active != Some(false),
            customer_update,
            invoice_history,
            payment_method_update,
            subscription_cancel,
            subscription_update: None,
            active,
            metadata,
        };
        PortalDraft { update, rest }
    })
}

fn cancel() -> impl Strategy<Value = SubscriptionCancel> {
    let reasons = vec![
        CancelReason::CustomerService,
        CancelReason::LowQuality,
        CancelReason::MissingFeatures,
        CancelReason::Other,
        CancelReason::SwitchedService,
        CancelReason::TooComplex,
        CancelReason::TooExpensive,
        CancelReason::Unused,
    ];
    let end = select(vec![
        (None, None),
        (Some(CancelMode::AtPeriodEnd), Some(ProrationBehavior::None)),
        (Some(CancelMode::Immediately), None),
        (Some(CancelMode::Immediately), Some(ProrationBehavior::CreateProrations)),
    ]);
    (end, subsequence(reasons, 0..=8).prop_shuffle()).prop_map(|((mode, proration_behavior), reasons)| {
        SubscriptionCancel { mode, proration_behavior, reasons }
    })
}

fn update() -> impl Strategy<Value = SubscriptionUpdate> {
    let allowed = vec![AllowedUpdate::Price, AllowedUpdate::PromotionCode, AllowedUpdate::Quantity];
    let behaviours =
        vec![ProrationBehavior::None, ProrationBehavior::CreateProrations, ProrationBehavior::AlwaysInvoice];
    let conditions = vec![ScheduleCondition::DecreasingItemAmount, ScheduleCondition::ShorteningInterval];
    (
        subsequence(allowed, 1..=3).prop_shuffle(),
        prop::option::of(select(behaviours)),
        subsequence(conditions, 0..=2).prop_shuffle(),
    )
        .prop_map(|(allow, proration_behavior, schedule_at_period_end)| SubscriptionUpdate {
            allow,
            products: BTreeMap::new(),
            proration_behavior,
            schedule_at_period_end,
        })
}

impl PortalDraft {
    /// Makes the portal: it offers one price of an interval of every product that has any.
    pub fn settle(self, products: &BTreeMap<String, Product>) -> Portal {
        let mut portal = self.rest;
        let mut offered = BTreeMap::new();
        for (key, product) in products.iter().filter(|(_, product)| product.active != Some(false)) {
            let mut by_interval: BTreeMap<&str, String> = BTreeMap::new();
            for (price_key, price) in &product.prices {
                if let Some(every) = &price.every
                    && price.active != Some(false)
                    && price.meter.is_none()
                {
                    // `1 years` is said in three ways.
                    let interval = every.strip_prefix("1 ").unwrap_or(every).trim_end_matches('s');
                    by_interval.entry(interval).or_insert_with(|| price_key.clone());
                }
            }
            if !by_interval.is_empty() {
                offered.insert(key.clone(), by_interval.into_values().collect());
            }
        }
        if !offered.is_empty() {
            portal.subscription_update =
                self.update.map(|update| SubscriptionUpdate { products: offered, ..update });
        }
        portal
    }
}
