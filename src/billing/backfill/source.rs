//! The lists that fill the mirror, a line each.

/// A list of Stripe's: all of it together with the other lists of its kind is all there is of the kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Its own among the sources, and kept in the mirror: an unfinished backfill finds its list again by it.
    pub name: &'static str,
    /// The `object` field of what it lists.
    pub kind: &'static str,
    /// `{}` stands for the id of the object that it is listed under.
    pub route: &'static str,
    /// Query parameters that are always sent.
    pub params: &'static [(&'static str, &'static str)],
    /// Whether it takes `created`, so that it can be cut into slices of time.
    pub is_timed: bool,
    /// What it is listed under, if it is not a list of the account's.
    pub under: Option<Under>,
}

/// How a list hangs on another object.
#[derive(Debug, PartialEq, Eq)]
pub struct Under {
    /// The `object` field of the other object.
    pub kind: &'static str,
    /// Query parameters, and where in the other object their values are.
    pub params: &'static [(&'static str, &'static str)],
    /// What it lists is there only where the account has objects of this kind.
    pub needs: Option<&'static str>,
    /// There are as many of these lists as the account has customers, so they are read on request only.
    pub is_per_customer: bool,
}

/// Every list that is read. What Stripe hides from a list unless asked is asked for: archived prices, ended
/// subscriptions, and what belongs to a test clock. A new kind is a line here.
pub const SOURCES: &[Source] = &[
    Source::list("product", "/v1/products").timed(),
    // Whether a list without `active` holds archived prices is documented both ways.
    Source::list("price", "/v1/prices").named("price, active").with(&[("active", "true")]).timed(),
    Source::list("price", "/v1/prices").named("price, archived").with(&[("active", "false")]).timed(),
    Source::list("billing.meter", "/v1/billing/meters"),
    Source::list("entitlements.feature", "/v1/entitlements/features").with(&[("archived", "false")]),
    Source::list("entitlements.feature", "/v1/entitlements/features")
        .named("entitlements.feature, archived")
        .with(&[("archived", "true")]),
    Source::list("tax_rate", "/v1/tax_rates").timed(),
    Source::list("coupon", "/v1/coupons").timed(),
    Source::list("promotion_code", "/v1/promotion_codes").timed(),
    Source::list("payment_link", "/v1/payment_links"),
    Source::list("billing_portal.configuration", "/v1/billing_portal/configurations"),
    Source::list("customer", "/v1/customers").timed(),
    Source::list("subscription", "/v1/subscriptions").with(&[("status", "all")]).timed(),
    Source::list("subscription_schedule", "/v1/subscription_schedules").timed(),
    Source::list("invoice", "/v1/invoices").timed(),
    Source::list("invoiceitem", "/v1/invoiceitems").timed(),
    Source::list("invoice_payment", "/v1/invoice_payments").timed(),
    Source::list("credit_note", "/v1/credit_notes").timed(),
    Source::list("payment_intent", "/v1/payment_intents").timed(),
    Source::list("setup_intent", "/v1/setup_intents").timed(),
    Source::list("charge", "/v1/charges").timed(),
    Source::list("refund", "/v1/refunds").timed(),
    Source::list("dispute", "/v1/disputes").timed(),
    Source::list("balance_transaction", "/v1/balance_transactions").timed(),
    Source::list("checkout.session", "/v1/checkout/sessions").timed(),
    Source::list("billing.credit_grant", "/v1/billing/credit_grants"),
    Source::list("test_helpers.test_clock", "/v1/test_helpers/test_clocks"),
    Source::list("product_feature", "/v1/products/{}/features")
        .under("product", &[])
        .needing("entitlements.feature"),
    Source::list("billing.credit_balance_transaction", "/v1/billing/credit_balance_transactions")
        .under("billing.credit_grant", &[("credit_grant", "/id"), ("customer", "/customer")]),
    Source::list("customer", "/v1/customers")
        .named("customer of a test clock")
        .under("test_helpers.test_clock", &[("test_clock", "/id")]),
    Source::list("subscription", "/v1/subscriptions")
        .named("subscription of a test clock")
        .with(&[("status", "all")])
        .under("test_helpers.test_clock", &[("test_clock", "/id")]),
    Source::list("payment_method", "/v1/customers/{}/payment_methods").per_customer(),
    Source::list("customer_balance_transaction", "/v1/customers/{}/balance_transactions").per_customer(),
    Source::list(ENTITLEMENTS, ENTITLEMENTS_ROUTE).summing_up_a_customer(),
];

/// What a customer is entitled to, as one object, which Stripe tells in events alone.
pub const ENTITLEMENTS: &str = "entitlements.active_entitlement_summary";

/// The list that such an object is made of, read to its end.
pub const ENTITLEMENTS_ROUTE: &str = "/v1/entitlements/active_entitlements";

impl Source {
    const fn list(kind: &'static str, route: &'static str) -> Source {
        Source { name: kind, kind, route, params: &[], is_timed: false, under: None }
    }

    const fn named(mut self, name: &'static str) -> Source {
        self.name = name;
        self
    }

    const fn with(mut self, params: &'static [(&'static str, &'static str)]) -> Source {
        self.params = params;
        self
    }

    const fn timed(mut self) -> Source {
        self.is_timed = true;
        self
    }

    const fn under(mut self, kind: &'static str, params: &'static [(&'static str, &'static str)]) -> Source {
        self.under = Some(Under { kind, params, needs: None, is_per_customer: false });
        self
    }

    const fn needing(mut self, needs: &'static str) -> Source {
        if let Some(under) = &mut self.under {
            under.needs = Some(needs);
        }
        self
    }

    const fn summing_up_a_customer(mut self) -> Source {
        let params = &[("customer", "/id")];
        let needs = Some("entitlements.feature");
        self.under = Some(Under { kind: "customer", params, needs, is_per_customer: true });
        self
    }

    const fn per_customer(mut self) -> Source {
        self.under = Some(Under { kind: "customer", params: &[], needs: None, is_per_customer: true });
        self
    }

    /// Whether it is read only when lists under each customer are asked for.
    pub fn is_per_customer(&self) -> bool {
        self.under.as_ref().is_some_and(|under| under.is_per_customer)
    }
}

/// The source of a name; `None` for a name of another version.
pub fn source_of(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.name == name)
}

/// Where a single object of a kind is read, with `{}` for its id; `None` where that takes the object it is under.
pub fn route_of_one(kind: &str) -> Option<String> {
    let of_lists_under_others = match kind {
        "payment_method" => Some("/v1/payment_methods/{}"),
        "billing.credit_balance_transaction" => Some("/v1/billing/credit_balance_transactions/{}"),
        _ => None,
    };
    if let Some(route) = of_lists_under_others {
        return Some(route.to_owned());
    }
    let is_its_own = |source: &&Source| source.kind == kind && source.under.is_none();
    let source = SOURCES.iter().find(is_its_own)?;
    Some(format!("{}/{{}}", source.route))
}

/// The kinds that are read, in order and once each.
pub fn kinds() -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = Vec::new();
    for source in SOURCES {
        if !kinds.contains(&source.kind) {
            kinds.push(source.kind);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_list_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = SOURCES.iter().map(|source| source.name).collect();
        assert_eq!(names.len(), SOURCES.len());
        assert!(SOURCES.iter().all(|source| source_of(source.name) == Some(source)));
    }

    #[test]
    fn a_single_object_is_read_where_its_list_is() {
        assert_eq!(route_of_one("checkout.session").as_deref(), Some("/v1/checkout/sessions/{}"));
        assert_eq!(route_of_one("payment_method").as_deref(), Some("/v1/payment_methods/{}"));
        assert_eq!(route_of_one("product_feature"), None);
        assert_eq!(route_of_one(ENTITLEMENTS), None);
        assert_eq!(route_of_one("customer").as_deref(), Some("/v1/customers/{}"));
        assert_eq!(route_of_one("line_item"), None);
    }

    #[test]
    fn what_hangs_on_an_object_hangs_on_one_that_is_read() {
        for source in SOURCES {
            let Some(under) = &source.under else {
                assert!(!source.route.contains("{}"), "{}", source.name);
                continue;
            };
            assert!(kinds().contains(&under.kind), "{}", source.name);
            assert!(under.needs.is_none_or(|needs| kinds().contains(&needs)), "{}", source.name);
            // A list is told its parent one way or the other.
            assert_ne!(source.route.contains("{}"), !under.params.is_empty(), "{}", source.name);
            assert!(!source.is_timed, "{}: what is under an object is read in one walk", source.name);
        }
    }
}
