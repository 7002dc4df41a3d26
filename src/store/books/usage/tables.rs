//! The tables of usage. What may never be stored is refused by the database itself, whoever writes to it.

/// A series is what adds up: a metric of a subject, in one currency if it is money. Its sums by day (UTC) are kept by
/// triggers, so that they are always what a recount would give.
pub(in crate::store::books) const TABLES: &str = "
    CREATE TABLE usage_series (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL,
        metric TEXT NOT NULL,
        currency TEXT NOT NULL DEFAULT '',
        UNIQUE (subject, metric, currency)
    ) STRICT;
    CREATE INDEX usage_series_by_metric ON usage_series (metric, subject);
    CREATE TABLE usage_records (
        seq INTEGER PRIMARY KEY,
        series INTEGER NOT NULL REFERENCES usage_series (id),
        at INTEGER NOT NULL CHECK (at >= 0),
        quantity INTEGER NOT NULL CHECK (quantity <> 0),
        key TEXT NOT NULL UNIQUE CHECK (key <> ''),
        recorded_at INTEGER NOT NULL,
        dimensions TEXT,
        corrects INTEGER REFERENCES usage_records (seq),
        CHECK ((corrects IS NOT NULL) = (quantity < 0))
    ) STRICT;
    CREATE INDEX usage_records_by_time ON usage_records (series, at, quantity);
    CREATE INDEX usage_records_by_corrected ON usage_records (corrects, quantity) WHERE corrects IS NOT NULL;
    CREATE TABLE usage_days (
        series INTEGER NOT NULL REFERENCES usage_series (id),
        day INTEGER NOT NULL,
        quantity INTEGER NOT NULL,
        records INTEGER NOT NULL,
        PRIMARY KEY (series, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE usage_reservations (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL REFERENCES usage_series (id),
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        key TEXT NOT NULL UNIQUE CHECK (key <> ''),
        at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL CHECK (expires_at > at),
        settled_at INTEGER,
        record INTEGER REFERENCES usage_records (seq),
        CHECK (record IS NULL OR settled_at IS NOT NULL)
    ) STRICT;
    CREATE INDEX usage_reservations_open ON usage_reservations (series, expires_at, quantity)
        WHERE settled_at IS NULL;

    CREATE TRIGGER usage_records_correct BEFORE INSERT ON usage_records WHEN NEW.corrects IS NOT NULL BEGIN
        SELECT raise(ABORT, 'what is taken back was recorded, of the same series and at the same time')
        WHERE NOT EXISTS (SELECT 1 FROM usage_records
                          WHERE seq = NEW.corrects AND series = NEW.series AND at = NEW.at AND quantity > 0);
        SELECT raise(ABORT, 'no more is taken back than was recorded')
        WHERE NEW.quantity + (SELECT quantity FROM usage_records WHERE seq = NEW.corrects)
            + coalesce((SELECT sum(quantity) FROM usage_records WHERE corrects = NEW.corrects), 0) < 0;
    END;
    CREATE TRIGGER usage_records_count AFTER INSERT ON usage_records BEGIN
        INSERT INTO usage_days (series, day, quantity, records)
            VALUES (NEW.series, NEW.at / 86400, NEW.quantity, 1)
            ON CONFLICT DO UPDATE SET quantity = quantity + NEW.quantity, records = records + 1;
    END;
    CREATE TRIGGER usage_records_stay BEFORE UPDATE ON usage_records BEGIN
        SELECT raise(ABORT, 'records are never changed');
    END;
    CREATE TRIGGER usage_records_remain BEFORE DELETE ON usage_records BEGIN
        SELECT raise(ABORT, 'records are never deleted');
    END;
    CREATE TRIGGER usage_reservations_settle BEFORE UPDATE ON usage_reservations BEGIN
        SELECT raise(ABORT, 'a reservation is settled once')
        WHERE OLD.settled_at IS NOT NULL OR NEW.settled_at IS NULL OR NEW.quantity <> OLD.quantity
            OR NEW.series <> OLD.series OR NEW.key <> OLD.key OR NEW.at <> OLD.at
            OR NEW.expires_at <> OLD.expires_at;
    END;
    CREATE TRIGGER usage_reservations_remain BEFORE DELETE ON usage_reservations BEGIN
        SELECT raise(ABORT, 'reservations are never deleted');
    END;";

/// A reservation that has expired can be held anew: until it is settled, it may last longer.
pub(in crate::store::books) const HELD_ANEW: &str = "
    DROP TRIGGER usage_reservations_settle;
    CREATE TRIGGER usage_reservations_settle BEFORE UPDATE ON usage_reservations BEGIN
        SELECT raise(ABORT, 'a reservation is settled once, and until then its end alone may change')
        WHERE OLD.settled_at IS NOT NULL OR NEW.quantity <> OLD.quantity OR NEW.series <> OLD.series
            OR NEW.key <> OLD.key OR NEW.at <> OLD.at OR NEW.expires_at < OLD.expires_at
            OR (NEW.settled_at IS NULL) = (NEW.expires_at = OLD.expires_at);
    END;";
