CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE outcomes (
    seq INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL,
    error TEXT,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX outcomes_failed ON outcomes (seq) WHERE outcome = 'failed';
CREATE TABLE snapshots (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    fetched_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX snapshots_by_id ON snapshots (kind, id);
CREATE TABLE objects (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    event TEXT,
    deleted INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX objects_by_id ON objects (kind, id);
CREATE INDEX objects_live ON objects (kind) WHERE deleted = 0;
CREATE TABLE customers (
    id TEXT NOT NULL,
    email TEXT,
    name TEXT,
    description TEXT,
    currency TEXT,
    balance INTEGER,
    delinquent INTEGER,
    default_payment_method TEXT,
    test_clock TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customers_by_email ON customers (email);
CREATE TABLE customer_balance_transactions (
    id TEXT NOT NULL,
    customer TEXT,
    type TEXT,
    amount INTEGER,
    ending_balance INTEGER,
    currency TEXT,
    invoice TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_balance_transactions_by_customer ON customer_balance_transactions (customer);
CREATE TABLE payment_methods (
    id TEXT NOT NULL,
    customer TEXT,
    type TEXT,
    card_brand TEXT,
    card_exp_month INTEGER,
    card_exp_year INTEGER,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_methods_by_customer ON payment_methods (customer);
CREATE TABLE setup_intents (
    id TEXT NOT NULL,
    customer TEXT,
    status TEXT,
    usage TEXT,
    payment_method TEXT,
    failure_code TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX setup_intents_by_customer ON setup_intents (customer);
CREATE TABLE active_entitlements (
    id TEXT NOT NULL,
    customer TEXT NOT NULL,
    feature TEXT,
    lookup_key TEXT,
    PRIMARY KEY (customer, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE subscriptions (
    id TEXT NOT NULL,
    customer TEXT,
    status TEXT,
    currency TEXT,
    collection_method TEXT,
    current_period_start INTEGER,
    current_period_end INTEGER,
    cancel_at_period_end INTEGER,
    cancel_at INTEGER,
    canceled_at INTEGER,
    cancellation_reason TEXT,
    ended_at INTEGER,
    trial_start INTEGER,
    trial_end INTEGER,
    start_date INTEGER,
    billing_cycle_anchor INTEGER,
    pause_behavior TEXT,
    default_payment_method TEXT,
    latest_invoice TEXT,
    schedule TEXT,
    test_clock TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_customer ON subscriptions (customer);
CREATE INDEX subscriptions_by_status ON subscriptions (status);
CREATE TABLE subscription_items (
    id TEXT NOT NULL,
    subscription TEXT NOT NULL,
    price TEXT,
    product TEXT,
    quantity INTEGER,
    currency TEXT,
    unit_amount INTEGER,
    unit_amount_decimal TEXT,
    interval TEXT,
    interval_count INTEGER,
    usage_type TEXT,
    current_period_start INTEGER,
    current_period_end INTEGER,
    created INTEGER,
    PRIMARY KEY (subscription, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_items_by_price ON subscription_items (price);
CREATE TABLE invoices (
    id TEXT NOT NULL,
    number TEXT,
    customer TEXT,
    subscription TEXT,
    status TEXT,
    billing_reason TEXT,
    collection_method TEXT,
    currency TEXT,
    subtotal INTEGER,
    tax INTEGER,
    total INTEGER,
    amount_due INTEGER,
    amount_paid INTEGER,
    amount_remaining INTEGER,
    payment_intent TEXT,
    attempt_count INTEGER,
    next_payment_attempt INTEGER,
    period_start INTEGER,
    period_end INTEGER,
    due_date INTEGER,
    finalized_at INTEGER,
    paid_at INTEGER,
    voided_at INTEGER,
    hosted_invoice_url TEXT,
    test_clock TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoices_by_customer ON invoices (customer);
CREATE INDEX invoices_by_subscription ON invoices (subscription);
CREATE INDEX invoices_by_created ON invoices (created);
CREATE TABLE invoice_lines (
    id TEXT NOT NULL,
    invoice TEXT NOT NULL,
    subscription TEXT,
    subscription_item TEXT,
    price TEXT,
    product TEXT,
    description TEXT,
    currency TEXT,
    amount INTEGER,
    quantity INTEGER,
    proration INTEGER,
    period_start INTEGER,
    period_end INTEGER,
    PRIMARY KEY (invoice, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_lines_by_subscription ON invoice_lines (subscription);
CREATE TABLE invoice_payments (
    id TEXT NOT NULL,
    invoice TEXT,
    status TEXT,
    payment_intent TEXT,
    charge TEXT,
    amount_requested INTEGER,
    amount_paid INTEGER,
    currency TEXT,
    paid_at INTEGER,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_payments_by_invoice ON invoice_payments (invoice);
CREATE INDEX invoice_payments_by_payment_intent ON invoice_payments (payment_intent);
CREATE TABLE credit_notes (
    id TEXT NOT NULL,
    invoice TEXT,
    customer TEXT,
    status TEXT,
    reason TEXT,
    total INTEGER,
    currency TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_notes_by_invoice ON credit_notes (invoice);
CREATE TABLE payment_intents (
    id TEXT NOT NULL,
    customer TEXT,
    status TEXT,
    amount INTEGER,
    amount_received INTEGER,
    currency TEXT,
    payment_method TEXT,
    latest_charge TEXT,
    invoice TEXT,
    failure_code TEXT,
    decline_code TEXT,
    canceled_at INTEGER,
    cancellation_reason TEXT,
    description TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_intents_by_customer ON payment_intents (customer);
CREATE INDEX payment_intents_by_created ON payment_intents (created);
CREATE TABLE charges (
    id TEXT NOT NULL,
    customer TEXT,
    payment_intent TEXT,
    invoice TEXT,
    status TEXT,
    amount INTEGER,
    amount_captured INTEGER,
    amount_refunded INTEGER,
    currency TEXT,
    paid INTEGER,
    captured INTEGER,
    refunded INTEGER,
    disputed INTEGER,
    payment_method TEXT,
    failure_code TEXT,
    decline_code TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX charges_by_customer ON charges (customer);
CREATE INDEX charges_by_payment_intent ON charges (payment_intent);
CREATE INDEX charges_by_created ON charges (created);
CREATE TABLE refunds (
    id TEXT NOT NULL,
    charge TEXT,
    payment_intent TEXT,
    status TEXT,
    reason TEXT,
    failure_reason TEXT,
    amount INTEGER,
    currency TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refunds_by_charge ON refunds (charge);
CREATE INDEX refunds_by_payment_intent ON refunds (payment_intent);
CREATE TABLE disputes (
    id TEXT NOT NULL,
    charge TEXT,
    payment_intent TEXT,
    status TEXT,
    reason TEXT,
    amount INTEGER,
    currency TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX disputes_by_charge ON disputes (charge);
CREATE TABLE checkout_sessions (
    id TEXT NOT NULL,
    mode TEXT,
    status TEXT,
    payment_status TEXT,
    client_reference_id TEXT,
    customer TEXT,
    subscription TEXT,
    payment_intent TEXT,
    setup_intent TEXT,
    invoice TEXT,
    payment_link TEXT,
    amount_subtotal INTEGER,
    amount_total INTEGER,
    currency TEXT,
    expires_at INTEGER,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkout_sessions_by_customer ON checkout_sessions (customer);
CREATE INDEX checkout_sessions_by_client_reference_id ON checkout_sessions (client_reference_id);
CREATE TABLE products (
    id TEXT NOT NULL,
    name TEXT,
    active INTEGER,
    description TEXT,
    default_price TEXT,
    unit_label TEXT,
    metadata TEXT,
    created INTEGER,
    updated INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE prices (
    id TEXT NOT NULL,
    product TEXT,
    lookup_key TEXT,
    active INTEGER,
    type TEXT,
    currency TEXT,
    unit_amount INTEGER,
    unit_amount_decimal TEXT,
    billing_scheme TEXT,
    tiers_mode TEXT,
    interval TEXT,
    interval_count INTEGER,
    usage_type TEXT,
    meter TEXT,
    nickname TEXT,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX prices_by_product ON prices (product);
CREATE INDEX prices_by_lookup_key ON prices (lookup_key);
CREATE TABLE meters (
    id TEXT NOT NULL,
    event_name TEXT,
    display_name TEXT,
    status TEXT,
    formula TEXT,
    customer_key TEXT,
    value_key TEXT,
    created INTEGER,
    updated INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE features (
    id TEXT NOT NULL,
    lookup_key TEXT,
    name TEXT,
    active INTEGER,
    metadata TEXT,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE coupons (
    id TEXT NOT NULL,
    name TEXT,
    percent_off TEXT,
    amount_off INTEGER,
    currency TEXT,
    duration TEXT,
    duration_in_months INTEGER,
    max_redemptions INTEGER,
    times_redeemed INTEGER,
    redeem_by INTEGER,
    valid INTEGER,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE promotion_codes (
    id TEXT NOT NULL,
    code TEXT,
    coupon TEXT,
    active INTEGER,
    customer TEXT,
    max_redemptions INTEGER,
    times_redeemed INTEGER,
    expires_at INTEGER,
    metadata TEXT,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX promotion_codes_by_coupon ON promotion_codes (coupon);
CREATE TABLE credit_grants (
    id TEXT NOT NULL,
    customer TEXT,
    name TEXT,
    category TEXT,
    amount INTEGER,
    currency TEXT,
    priority INTEGER,
    effective_at INTEGER,
    expires_at INTEGER,
    voided_at INTEGER,
    metadata TEXT,
    created INTEGER,
    updated INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_grants_by_customer ON credit_grants (customer);
CREATE TABLE credit_balance_transactions (
    id TEXT NOT NULL,
    credit_grant TEXT,
    type TEXT,
    reason TEXT,
    amount INTEGER,
    currency TEXT,
    invoice TEXT,
    effective_at INTEGER,
    created INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_balance_transactions_by_credit_grant ON credit_balance_transactions (credit_grant);
