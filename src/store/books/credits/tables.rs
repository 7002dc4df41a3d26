//! The ledger's tables. What may never be stored is refused by the database itself, whoever writes to it.

/// Entries are numbered without gaps, name the balance that they lead to, and are never changed; a lot's rest is what its moves
/// leave. AUTOINCREMENT remembers the highest number, so that a last entry which was cut off is missed.
pub(in crate::store::books) const TABLES: &str = "
    CREATE TABLE credit_accounts (
        id INTEGER PRIMARY KEY,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0),
        UNIQUE (subject, kind)
    ) STRICT;
    CREATE TABLE credit_entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL REFERENCES credit_accounts (id),
        type TEXT NOT NULL CHECK (type IN ('grant', 'purchase', 'monthly_grant', 'deduction', 'expiry', 'adjustment',
                                           'reversal', 'refund')),
        amount INTEGER NOT NULL CHECK (amount <> 0),
        asked INTEGER NOT NULL CHECK (abs(asked) >= abs(amount)),
        balance INTEGER NOT NULL CHECK (balance >= 0),
        at INTEGER NOT NULL,
        expires_at INTEGER CHECK (expires_at IS NULL OR amount > 0),
        actor TEXT NOT NULL CHECK (actor <> ''),
        reason TEXT NOT NULL CHECK (reason <> ''),
        reference TEXT,
        key TEXT NOT NULL UNIQUE,
        reverses INTEGER UNIQUE REFERENCES credit_entries (number),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        CHECK ((reverses IS NOT NULL) = (type = 'reversal'))
    ) STRICT;
    CREATE INDEX credit_entries_by_account ON credit_entries (account, number);
    CREATE INDEX credit_entries_by_hand ON credit_entries (actor, at) WHERE type IN ('grant', 'adjustment');
    CREATE TABLE credit_lots (
        entry INTEGER PRIMARY KEY REFERENCES credit_entries (number),
        account INTEGER NOT NULL REFERENCES credit_accounts (id),
        remaining INTEGER NOT NULL DEFAULT 0 CHECK (remaining >= 0),
        expires_at INTEGER
    ) STRICT;
    CREATE INDEX credit_lots_to_spend ON credit_lots (account, expires_at IS NULL, expires_at, entry)
        WHERE remaining > 0;
    CREATE INDEX credit_lots_to_expire ON credit_lots (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;
    CREATE TABLE credit_moves (
        entry INTEGER NOT NULL REFERENCES credit_entries (number),
        lot INTEGER NOT NULL REFERENCES credit_lots (entry),
        amount INTEGER NOT NULL CHECK (amount <> 0),
        PRIMARY KEY (entry, lot)
    ) STRICT, WITHOUT ROWID;

    CREATE TRIGGER credit_entries_follow BEFORE INSERT ON credit_entries BEGIN
        SELECT raise(ABORT, 'an entry has the number after the last one')
        WHERE NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM credit_entries);
        SELECT raise(ABORT, 'an entry''s balance is the one before it and its amount')
        WHERE NEW.balance IS NOT (SELECT balance + NEW.amount FROM credit_accounts WHERE id = NEW.account);
    END;
    CREATE TRIGGER credit_entries_count AFTER INSERT ON credit_entries BEGIN
        UPDATE credit_accounts SET balance = NEW.balance WHERE id = NEW.account;
    END;
    CREATE TRIGGER credit_entries_stay BEFORE UPDATE ON credit_entries BEGIN
        SELECT raise(ABORT, 'entries are never changed');
    END;
    CREATE TRIGGER credit_entries_remain BEFORE DELETE ON credit_entries BEGIN
        SELECT raise(ABORT, 'entries are never deleted');
    END;
    CREATE TRIGGER credit_moves_count AFTER INSERT ON credit_moves BEGIN
        UPDATE credit_lots SET remaining = remaining + NEW.amount WHERE entry = NEW.lot;
    END;
    CREATE TRIGGER credit_moves_stay BEFORE UPDATE ON credit_moves BEGIN
        SELECT raise(ABORT, 'moves are never changed');
    END;
    CREATE TRIGGER credit_moves_remain BEFORE DELETE ON credit_moves BEGIN
        SELECT raise(ABORT, 'moves are never deleted');
    END;
    CREATE TRIGGER credit_accounts_sum BEFORE UPDATE ON credit_accounts BEGIN
        SELECT raise(ABORT, 'a balance is what the last entry says')
        WHERE NEW.id <> OLD.id OR NEW.subject <> OLD.subject OR NEW.kind <> OLD.kind
            OR NEW.balance <> coalesce((SELECT balance FROM credit_entries WHERE account = NEW.id
                                        ORDER BY number DESC LIMIT 1), 0);
    END;
    CREATE TRIGGER credit_accounts_start BEFORE INSERT ON credit_accounts BEGIN
        SELECT raise(ABORT, 'an account starts at zero') WHERE NEW.balance <> 0;
    END;
    CREATE TRIGGER credit_accounts_remain BEFORE DELETE ON credit_accounts BEGIN
        SELECT raise(ABORT, 'accounts are never deleted');
    END;
    CREATE TRIGGER credit_lots_start BEFORE INSERT ON credit_lots BEGIN
        SELECT raise(ABORT, 'a lot starts empty') WHERE NEW.remaining <> 0;
    END;
    CREATE TRIGGER credit_lots_stay BEFORE UPDATE ON credit_lots BEGIN
        SELECT raise(ABORT, 'a lot holds at most what was given')
        WHERE NEW.entry <> OLD.entry OR NEW.account <> OLD.account OR NEW.expires_at IS NOT OLD.expires_at
            OR NEW.remaining > (SELECT amount FROM credit_entries WHERE number = NEW.entry);
    END;
    CREATE TRIGGER credit_lots_remain BEFORE DELETE ON credit_lots BEGIN
        SELECT raise(ABORT, 'lots are never deleted');
    END;";

/// What is known of money that went back, a fact a refund, lost dispute or charge: what failed stays failed, and a charge's sum
/// only grows. And what was asked back of each payment for it, in all, step by step; `entry` is null where nothing was left
/// to take.
pub(in crate::store::books) const REFUNDS: &str = "
    CREATE TABLE credit_refund_facts (
        payment TEXT NOT NULL,
        id TEXT NOT NULL,
        source TEXT NOT NULL CHECK (source IN ('refund', 'dispute', 'charge')),
        amount INTEGER NOT NULL CHECK (amount >= 0),
        failed INTEGER NOT NULL CHECK (failed IN (0, 1)),
        PRIMARY KEY (payment, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER credit_refund_facts_grow BEFORE UPDATE ON credit_refund_facts BEGIN
        SELECT raise(ABORT, 'what is known of a refund only grows')
        WHERE NEW.payment <> OLD.payment OR NEW.id <> OLD.id OR NEW.source <> OLD.source OR NEW.amount < OLD.amount
            OR NEW.failed < OLD.failed;
    END;
    CREATE TRIGGER credit_refund_facts_remain BEFORE DELETE ON credit_refund_facts BEGIN
        SELECT raise(ABORT, 'what is known of a refund is never deleted');
    END;
    CREATE TABLE credit_refunds (
        payment TEXT NOT NULL,
        step INTEGER NOT NULL CHECK (step > 0),
        refunded INTEGER NOT NULL,
        asked INTEGER NOT NULL CHECK (asked >= 0),
        taken INTEGER NOT NULL CHECK (taken BETWEEN 0 AND asked),
        entry INTEGER UNIQUE REFERENCES credit_entries (number),
        PRIMARY KEY (payment, step)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER credit_refunds_stay BEFORE UPDATE ON credit_refunds BEGIN
        SELECT raise(ABORT, 'refunds are never changed');
    END;
    CREATE TRIGGER credit_refunds_remain BEFORE DELETE ON credit_refunds BEGIN
        SELECT raise(ABORT, 'refunds are never deleted');
    END;";
