CREATE TABLE transactions (
    id TEXT NOT NULL,
    type TEXT,
    status TEXT,
    customer TEXT,
    subscription TEXT,
    invoice TEXT,
    payment_intent TEXT,
    charge TEXT,
    checkout_session TEXT,
    price TEXT,
    previous_price TEXT,
    amount INTEGER,
    currency TEXT,
    description TEXT,
    metadata TEXT,
    at INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX transactions_by_customer ON transactions (customer, at);
CREATE INDEX transactions_by_time ON transactions (at);
