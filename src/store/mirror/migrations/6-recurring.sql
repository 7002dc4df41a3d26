ALTER TABLE subscription_items ADD COLUMN monthly INTEGER;
CREATE TABLE mrr_steps (
    subscription TEXT NOT NULL,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    invoice INTEGER NOT NULL,
    before INTEGER,
    after INTEGER NOT NULL,
    PRIMARY KEY (subscription, at, origin)
) STRICT, WITHOUT ROWID;
CREATE TABLE mrr_movements (
    customer TEXT NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    subscriptions TEXT NOT NULL,
    PRIMARY KEY (customer, currency, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX mrr_movements_by_time ON mrr_movements (at);
CREATE TABLE mrr_days (
    day INTEGER NOT NULL,
    currency TEXT NOT NULL,
    kind TEXT NOT NULL,
    movements INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (day, currency, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER mrr_movements_come AFTER INSERT ON mrr_movements BEGIN
    INSERT INTO mrr_days (day, currency, kind, movements, amount)
        VALUES ((NEW.at - (NEW.at % 86400 + 86400) % 86400) / 86400, NEW.currency, NEW.kind, 1,
                abs(NEW.after - NEW.before))
        ON CONFLICT DO UPDATE SET movements = movements + 1, amount = amount + excluded.amount;
END;
CREATE TRIGGER mrr_movements_go AFTER DELETE ON mrr_movements BEGIN
    UPDATE mrr_days SET movements = movements - 1, amount = amount - abs(OLD.after - OLD.before)
        WHERE day = (OLD.at - (OLD.at % 86400 + 86400) % 86400) / 86400 AND currency = OLD.currency
            AND kind = OLD.kind;
    DELETE FROM mrr_days WHERE day = (OLD.at - (OLD.at % 86400 + 86400) % 86400) / 86400
        AND currency = OLD.currency AND kind = OLD.kind AND movements = 0;
END;
CREATE INDEX refunds_by_created ON refunds (created);
CREATE INDEX disputes_by_created ON disputes (created);
CREATE INDEX checkout_sessions_by_created ON checkout_sessions (created);
CREATE INDEX subscriptions_by_trial_end ON subscriptions (trial_end) WHERE trial_end IS NOT NULL;
INSERT INTO settings (name, value)
    SELECT 'movements', 'kept' WHERE NOT EXISTS (SELECT 1 FROM objects WHERE kind IN ('subscription', 'invoice'));
