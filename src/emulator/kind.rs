//! The kinds of object: how each is named, numbered, indexed and expanded.

use serde_json::{Map, Value};

use super::database::due_key;
use super::due;

/// What an object is. The database keeps [`Kind::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Product,
    Price,
    /// A recurring price as it was called before there were prices. It is kept as the price.
    Plan,
    ProductFeature,
    Meter,
    MeterEventSummary,
    CreditGrant,
    CreditBalanceTransaction,
    Feature,
    Coupon,
    PromotionCode,
    TaxRate,
    PortalConfiguration,
    PortalSession,
    WebhookEndpoint,
    PaymentLink,
    Customer,
    CustomerBalanceTransaction,
    PaymentMethod,
    CheckoutSession,
    PaymentIntent,
    SetupIntent,
    Charge,
    Refund,
    BalanceTransaction,
    Subscription,
    SubscriptionItem,
    SubscriptionSchedule,
    Invoice,
    LineItem,
    InvoiceItem,
    InvoicePayment,
    Discount,
    ActiveEntitlement,
    TestClock,
    Event,
}

/// How `expand[]` reaches one field of a kind. Paths are dotted; `*` stands for any key.
#[derive(Debug, Clone, Copy)]
pub enum Expandable {
    /// The field holds an id, which becomes the object.
    Link(&'static str, Kind),
    /// The field holds an id of one of these kinds, which becomes the object.
    Either(&'static str, &'static [Kind]),
    /// The field is left out unless asked for.
    Hidden(&'static str),
    /// The field always holds a whole object, whose own fields can be expanded.
    Inline(&'static str, Kind),
}

impl Expandable {
    pub fn path(&self) -> &'static str {
        match self {
            Expandable::Link(path, _)
            | Expandable::Either(path, _)
            | Expandable::Hidden(path)
            | Expandable::Inline(path, _) => path,
        }
    }
}

impl Kind {
    /// The value of the object's `object` field.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Product => "product",
            Kind::Price => "price",
            Kind::Plan => "plan",
            Kind::ProductFeature => "product_feature",
            Kind::Meter => "billing.meter",
            Kind::MeterEventSummary => "billing.meter_event_summary",
            Kind::CreditGrant => "billing.credit_grant",
            Kind::CreditBalanceTransaction => "billing.credit_balance_transaction",
            Kind::Feature => "entitlements.feature",
            Kind::Coupon => "coupon",
            Kind::PromotionCode => "promotion_code",
            Kind::TaxRate => "tax_rate",
            Kind::PortalConfiguration => "billing_portal.configuration",
            Kind::PortalSession => "billing_portal.session",
            Kind::WebhookEndpoint => "webhook_endpoint",
            Kind::PaymentLink => "payment_link",
            Kind::Customer => "customer",
            Kind::CustomerBalanceTransaction => "customer_balance_transaction",
            Kind::PaymentMethod => "payment_method",
            Kind::CheckoutSession => "checkout.session",
            Kind::PaymentIntent => "payment_intent",
            Kind::SetupIntent => "setup_intent",
            Kind::Charge => "charge",
            Kind::Refund => "refund",
            Kind::BalanceTransaction => "balance_transaction",
            Kind::Subscription => "subscription",
            Kind::SubscriptionItem => "subscription_item",
            Kind::SubscriptionSchedule => "subscription_schedule",
            Kind::Invoice => "invoice",
            Kind::LineItem => "line_item",
            Kind::InvoiceItem => "invoiceitem",
            Kind::InvoicePayment => "invoice_payment",
            Kind::Discount => "discount",
            Kind::ActiveEntitlement => "entitlements.active_entitlement",
            Kind::TestClock => "test_helpers.test_clock",
            Kind::Event => "event",
        }
    }

    /// What messages call it: "No such price".
    pub fn label(self) -> &'static str {
        match self {
            Kind::Meter => "billing meter",
            Kind::MeterEventSummary => "meter event summary",
            Kind::CreditGrant => "credit grant",
            Kind::CreditBalanceTransaction => "credit balance transaction",
            Kind::Feature => "entitlements feature",
            Kind::ProductFeature => "product feature",
            Kind::PromotionCode => "promotion code",
            Kind::TaxRate => "tax rate",
            Kind::PortalConfiguration => "configuration",
            Kind::PortalSession => "portal session",
            Kind::WebhookEndpoint => "webhook endpoint",
            Kind::PaymentLink => "payment link",
            Kind::SubscriptionItem => "subscription item",
            Kind::SubscriptionSchedule => "subscription schedule",
            Kind::LineItem => "line item",
            Kind::InvoicePayment => "invoice payment",
            Kind::ActiveEntitlement => "active entitlement",
            Kind::TestClock => "test clock",
            Kind::CustomerBalanceTransaction => "customer balance transaction",
            Kind::PaymentMethod => "PaymentMethod",
            Kind::BalanceTransaction => "balance transaction",
            Kind::Product
            | Kind::Price
            | Kind::Plan
            | Kind::Coupon
            | Kind::Customer
            | Kind::CheckoutSession
            | Kind::PaymentIntent
            | Kind::SetupIntent
            | Kind::Charge
            | Kind::Refund
            | Kind::Subscription
            | Kind::Invoice
            | Kind::InvoiceItem
            | Kind::Discount
            | Kind::Event => self.name(),
        }
    }

    /// What its ids start with; `None` where ids have no prefix.
    pub fn prefix(self) -> Option<&'static str> {
        match self {
            Kind::Product => Some("prod"),
            Kind::Price => Some("price"),
            Kind::Plan => Some("plan"),
            Kind::ProductFeature => Some("prodft"),
            Kind::Meter => Some("mtr_test"),
            Kind::MeterEventSummary => Some("mtrusg_test"),
            Kind::CreditGrant => Some("credgr_test"),
            Kind::CreditBalanceTransaction => Some("cbtxn_test"),
            Kind::Feature => Some("feat_test"),
            Kind::Coupon => None,
            Kind::PromotionCode => Some("promo"),
            Kind::TaxRate => Some("txr"),
            Kind::PortalConfiguration => Some("bpc"),
            Kind::PortalSession => Some("bps"),
            Kind::WebhookEndpoint => Some("we"),
            Kind::PaymentLink => Some("plink"),
            Kind::Customer => Some("cus"),
            Kind::CustomerBalanceTransaction => Some("cbtxn"),
            Kind::PaymentMethod => Some("pm"),
            Kind::CheckoutSession => Some("cs_test"),
            Kind::PaymentIntent => Some("pi"),
            Kind::SetupIntent => Some("seti"),
            Kind::Charge => Some("ch"),
            Kind::Refund => Some("re"),
            Kind::BalanceTransaction => Some("txn"),
            Kind::Subscription => Some("sub"),
            Kind::SubscriptionItem => Some("si"),
            Kind::SubscriptionSchedule => Some("sub_sched"),
            Kind::Invoice => Some("in"),
            Kind::LineItem => Some("il"),
            Kind::InvoiceItem => Some("ii"),
            Kind::InvoicePayment => Some("inpay"),
            Kind::Discount => Some("di"),
            Kind::ActiveEntitlement => Some("ent_test"),
            Kind::TestClock => Some("clock"),
            Kind::Event => Some("evt"),
        }
    }

    /// What the name of its events starts with: `price` of `price.updated`. `None` if it has no events.
    pub fn event_prefix(self) -> Option<&'static str> {
        match self {
            Kind::Subscription => Some("customer.subscription"),
            Kind::Discount => Some("customer.discount"),
            Kind::SubscriptionItem
            | Kind::LineItem
            | Kind::InvoicePayment
            | Kind::ActiveEntitlement
            | Kind::ProductFeature
            | Kind::MeterEventSummary
            | Kind::Feature
            | Kind::WebhookEndpoint
            | Kind::CustomerBalanceTransaction
            | Kind::PaymentMethod
            | Kind::CheckoutSession
            | Kind::Charge
            | Kind::BalanceTransaction
            | Kind::Event => None,
            Kind::Product
            | Kind::Price
            | Kind::Plan
            | Kind::Meter
            | Kind::CreditGrant
            | Kind::CreditBalanceTransaction
            | Kind::Coupon
            | Kind::PromotionCode
            | Kind::TaxRate
            | Kind::PortalConfiguration
            | Kind::PortalSession
            | Kind::PaymentLink
            | Kind::Customer
            | Kind::PaymentIntent
            | Kind::SetupIntent
            | Kind::Refund
            | Kind::SubscriptionSchedule
            | Kind::Invoice
            | Kind::InvoiceItem
            | Kind::TestClock => Some(self.name()),
        }
    }

    /// What `expand[]` can name on it.
    pub fn expandable(self) -> &'static [Expandable] {
        use Expandable::{Either, Hidden, Inline, Link};
        match self {
            Kind::Product => &[Link("default_price", Kind::Price)],
            Kind::Price => &[
                Link("product", Kind::Product),
                Hidden("tiers"),
                Hidden("currency_options"),
                Hidden("currency_options.*.tiers"),
            ],
            Kind::Plan => &[Link("product", Kind::Product), Hidden("tiers")],
            Kind::Coupon => &[Hidden("applies_to"), Hidden("currency_options")],
            Kind::PromotionCode => &[
                Link("promotion.coupon", Kind::Coupon),
                Link("customer", Kind::Customer),
                Hidden("restrictions.currency_options"),
            ],
            Kind::PaymentLink => &[Hidden("line_items"), Inline("line_items.data.price", Kind::Price)],
            Kind::PortalConfiguration => &[Hidden("features.subscription_update.products")],
            Kind::PortalSession => &[Link("configuration", Kind::PortalConfiguration)],
            Kind::Customer => &[
                Hidden("tax"),
                Link("invoice_settings.default_payment_method", Kind::PaymentMethod),
                Link("test_clock", Kind::TestClock),
            ],
            Kind::CustomerBalanceTransaction | Kind::PaymentMethod => &[Link("customer", Kind::Customer)],
            Kind::CheckoutSession => &[
                Link("customer", Kind::Customer),
                Hidden("line_items"),
                Inline("line_items.data.price", Kind::Price),
                Link("invoice", Kind::Invoice),
                Link("payment_intent", Kind::PaymentIntent),
                Link("setup_intent", Kind::SetupIntent),
                Link("subscription", Kind::Subscription),
            ],
            Kind::PaymentIntent => &[
                Link("customer", Kind::Customer),
                Link("latest_charge", Kind::Charge),
                Link("payment_method", Kind::PaymentMethod),
            ],
            Kind::SetupIntent => {
                &[Link("customer", Kind::Customer), Link("payment_method", Kind::PaymentMethod)]
            }
            Kind::Charge => &[
                Link("balance_transaction", Kind::BalanceTransaction),
                Link("customer", Kind::Customer),
                Link("payment_intent", Kind::PaymentIntent),
                Hidden("refunds"),
            ],
            Kind::Refund => &[
                Link("balance_transaction", Kind::BalanceTransaction),
                Link("charge", Kind::Charge),
                Link("customer", Kind::Customer),
                Link("failure_balance_transaction", Kind::BalanceTransaction),
                Link("payment_intent", Kind::PaymentIntent),
                Link("payment_method", Kind::PaymentMethod),
            ],
            Kind::BalanceTransaction => &[Either("source", &[Kind::Charge, Kind::Refund])],
            Kind::Subscription => &[
                Link("customer", Kind::Customer),
                Link("default_payment_method", Kind::PaymentMethod),
                Link("discounts", Kind::Discount),
                Inline("items.data", Kind::SubscriptionItem),
                Link("latest_invoice", Kind::Invoice),
                Link("pending_setup_intent", Kind::SetupIntent),
                Link("schedule", Kind::SubscriptionSchedule),
                Link("test_clock", Kind::TestClock),
            ],
            Kind::SubscriptionSchedule => &[
                Link("customer", Kind::Customer),
                Link("default_settings.default_payment_method", Kind::PaymentMethod),
                Link("phases.default_payment_method", Kind::PaymentMethod),
                Link("phases.items.price", Kind::Price),
                Link("subscription", Kind::Subscription),
                Link("test_clock", Kind::TestClock),
            ],
            Kind::SubscriptionItem => &[Link("discounts", Kind::Discount), Inline("price", Kind::Price)],
            Kind::Invoice => &[
                Hidden("confirmation_secret"),
                Link("customer", Kind::Customer),
                Link("default_payment_method", Kind::PaymentMethod),
                Link("discounts", Kind::Discount),
                Inline("lines.data", Kind::LineItem),
                Link("parent.subscription_details.subscription", Kind::Subscription),
                Hidden("payments"),
                Inline("payments.data", Kind::InvoicePayment),
                Link("test_clock", Kind::TestClock),
                Link("total_discount_amounts.discount", Kind::Discount),
            ],
            Kind::LineItem => &[
                Link("discount_amounts.discount", Kind::Discount),
                Link("discounts", Kind::Discount),
                Link("pricing.price_details.price", Kind::Price),
                Link("subscription", Kind::Subscription),
            ],
            Kind::InvoiceItem => &[
                Link("customer", Kind::Customer),
                Link("discounts", Kind::Discount),
                Link("invoice", Kind::Invoice),
                Link("pricing.price_details.price", Kind::Price),
                Link("test_clock", Kind::TestClock),
            ],
            Kind::InvoicePayment => {
                &[Link("invoice", Kind::Invoice), Link("payment.payment_intent", Kind::PaymentIntent)]
            }
            Kind::Discount => &[
                Link("customer", Kind::Customer),
                Link("promotion_code", Kind::PromotionCode),
                Link("source.coupon", Kind::Coupon),
            ],
            Kind::ActiveEntitlement => &[Link("feature", Kind::Feature)],
            Kind::CreditGrant => &[Link("customer", Kind::Customer), Link("test_clock", Kind::TestClock)],
            Kind::CreditBalanceTransaction => {
                &[Link("credit_grant", Kind::CreditGrant), Link("test_clock", Kind::TestClock)]
            }
            Kind::ProductFeature
            | Kind::Meter
            | Kind::MeterEventSummary
            | Kind::Feature
            | Kind::TaxRate
            | Kind::WebhookEndpoint
            | Kind::TestClock
            | Kind::Event => &[],
        }
    }

    /// The values by which the database finds objects of this kind: for lists' filters and for uniqueness.
    pub fn keys(self, body: &Value, hidden: &Map<String, Value>) -> Vec<(&'static str, String)> {
        let mut keys = Vec::new();
        let mut text = |name: &'static str, pointer: &str| {
            if let Some(value) = body.pointer(pointer).and_then(Value::as_str) {
                keys.push((name, value.to_owned()));
            }
        };
        match self {
            Kind::Price => {
                text("product", "/product");
                text("lookup_key", "/lookup_key");
                text("meter", "/recurring/meter");
                if hidden.contains_key("inline") {
                    keys.push(("inline", "true".to_owned()));
                }
            }
            Kind::ProductFeature => {
                text("feature", "/entitlement_feature/id");
                if let Some(product) = hidden.get("product").and_then(Value::as_str) {
                    keys.push(("product", product.to_owned()));
                }
            }
            Kind::Meter => text("event_name", "/event_name"),
            Kind::Feature => text("lookup_key", "/lookup_key"),
            Kind::PromotionCode => {
                text("coupon", "/promotion/coupon");
                text("customer", "/customer");
                // Codes are unique whatever their case.
                let code = body["code"].as_str().unwrap_or_default().to_lowercase();
                keys.push(("code", code));
            }
            Kind::Customer => {
                text("email", "/email");
                text("test_clock", "/test_clock");
            }
            Kind::CustomerBalanceTransaction | Kind::PaymentMethod | Kind::PaymentIntent => {
                text("customer", "/customer");
            }
            Kind::SubscriptionSchedule => text("customer", "/customer"),
            Kind::CheckoutSession => {
                text("customer", "/customer");
                text("email", "/customer_details/email");
                text("payment_intent", "/payment_intent");
                text("setup_intent", "/setup_intent");
                text("status", "/status");
                text("subscription", "/subscription");
            }
            Kind::SetupIntent => {
                text("customer", "/customer");
                text("payment_method", "/payment_method");
            }
            Kind::Charge => {
                text("customer", "/customer");
                text("payment_intent", "/payment_intent");
            }
            Kind::Refund => {
                text("charge", "/charge");
                text("payment_intent", "/payment_intent");
            }
            Kind::BalanceTransaction => text("source", "/source"),
            Kind::Subscription => {
                text("customer", "/customer");
                text("test_clock", "/test_clock");
                text("status", "/status");
                for item in body["items"]["data"].as_array().into_iter().flatten() {
                    if let Some(price) = item["price"]["id"].as_str() {
                        keys.push(("price", price.to_owned()));
                    }
                    if let Some(id) = item["id"].as_str() {
                        keys.push(("item", id.to_owned()));
                    }
                }
            }
            Kind::Invoice => {
                text("customer", "/customer");
                text("status", "/status");
                text("subscription", "/parent/subscription_details/subscription");
            }
            Kind::InvoiceItem => {
                text("customer", "/customer");
                text("invoice", "/invoice");
                if body["invoice"].is_null() {
                    text("pending", "/customer");
                }
            }
            Kind::InvoicePayment => {
                text("invoice", "/invoice");
                text("payment_intent", "/payment/payment_intent");
            }
            Kind::CreditGrant => text("customer", "/customer"),
            Kind::CreditBalanceTransaction => {
                text("credit_grant", "/credit_grant");
                if let Some(customer) = hidden.get("customer").and_then(Value::as_str) {
                    keys.push(("customer", customer.to_owned()));
                }
            }
            Kind::ActiveEntitlement => {
                if let Some(customer) = hidden.get("customer").and_then(Value::as_str) {
                    keys.push(("customer", customer.to_owned()));
                }
            }
            Kind::PortalSession => {
                if let Some(secret) = hidden.get("secret").and_then(Value::as_str) {
                    keys.push(("secret", secret.to_owned()));
                }
            }
            Kind::PaymentLink => {
                let url = body["url"].as_str().unwrap_or_default();
                keys.push(("code", url.rsplit('/').next().unwrap_or_default().to_owned()));
            }
            Kind::Event => text("type", "/type"),
            Kind::Product
            | Kind::Plan
            | Kind::MeterEventSummary
            | Kind::Coupon
            | Kind::TaxRate
            | Kind::PortalConfiguration
            | Kind::WebhookEndpoint
            | Kind::SubscriptionItem
            | Kind::LineItem
            | Kind::Discount
            | Kind::TestClock => {}
        }
        if let Some(moment) = hidden.get(due::DUE).and_then(Value::as_i64) {
            keys.push(due_key(body["test_clock"].as_str(), moment));
        }
        keys
    }
}
