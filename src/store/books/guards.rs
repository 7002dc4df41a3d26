//! What is only ever added to is not replaced either.
//!
//! `INSERT OR REPLACE` deletes the row in its way, and triggers on deletion see that only on connections that ask for it
//! (`PRAGMA recursive_triggers`). A trigger before the insertion sees it on every one.

/// A row whose key is there already is refused before anything is done about the one in its way.
pub(super) const GUARDS: &str = "
    CREATE TRIGGER credit_accounts_once BEFORE INSERT ON credit_accounts
    WHEN EXISTS (SELECT 1 FROM credit_accounts WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM credit_accounts WHERE subject = NEW.subject AND kind = NEW.kind)
    BEGIN
        SELECT raise(ABORT, 'an account is there once, and is never replaced');
    END;
    CREATE TRIGGER credit_entries_once BEFORE INSERT ON credit_entries
    WHEN EXISTS (SELECT 1 FROM credit_entries WHERE key = NEW.key)
        OR EXISTS (SELECT 1 FROM credit_entries WHERE reverses = NEW.reverses)
    BEGIN
        SELECT raise(ABORT, 'a key is used once and an entry reversed once, and no entry is replaced');
    END;
    CREATE TRIGGER credit_lots_once BEFORE INSERT ON credit_lots
    WHEN EXISTS (SELECT 1 FROM credit_lots WHERE entry = NEW.entry)
    BEGIN
        SELECT raise(ABORT, 'an entry makes one lot, which is never replaced');
    END;
    CREATE TRIGGER credit_moves_once BEFORE INSERT ON credit_moves
    WHEN EXISTS (SELECT 1 FROM credit_moves WHERE entry = NEW.entry AND lot = NEW.lot)
    BEGIN
        SELECT raise(ABORT, 'moves are never replaced');
    END;
    CREATE TRIGGER credit_refund_facts_once BEFORE INSERT ON credit_refund_facts
    WHEN EXISTS (SELECT 1 FROM credit_refund_facts WHERE payment = NEW.payment AND id = NEW.id)
    BEGIN
        SELECT raise(ABORT, 'what is known of a refund is never replaced');
    END;
    CREATE TRIGGER credit_refunds_once BEFORE INSERT ON credit_refunds
    WHEN EXISTS (SELECT 1 FROM credit_refunds WHERE payment = NEW.payment AND step = NEW.step)
        OR EXISTS (SELECT 1 FROM credit_refunds WHERE entry = NEW.entry)
    BEGIN
        SELECT raise(ABORT, 'refunds are never replaced');
    END;
    CREATE TRIGGER credit_proposals_once BEFORE INSERT ON credit_proposals
    WHEN EXISTS (SELECT 1 FROM credit_proposals WHERE number = NEW.number)
        OR EXISTS (SELECT 1 FROM credit_proposals WHERE key = NEW.key)
        OR EXISTS (SELECT 1 FROM credit_proposals WHERE entry = NEW.entry)
    BEGIN
        SELECT raise(ABORT, 'proposals are never replaced');
    END;
    CREATE TRIGGER credit_proposals_decided_once BEFORE UPDATE ON credit_proposals
    WHEN EXISTS (SELECT 1 FROM credit_proposals WHERE entry = NEW.entry AND number <> OLD.number)
    BEGIN
        SELECT raise(ABORT, 'an entry is of one proposal, and proposals are never replaced');
    END;
    CREATE TRIGGER money_credits_once BEFORE INSERT ON money_credits
    WHEN EXISTS (SELECT 1 FROM money_credits WHERE key = NEW.key)
    BEGIN
        SELECT raise(ABORT, 'what was meant is never replaced');
    END;
    CREATE TRIGGER usage_series_once BEFORE INSERT ON usage_series
    WHEN EXISTS (SELECT 1 FROM usage_series WHERE id = NEW.id)
        OR EXISTS (SELECT 1 FROM usage_series
                   WHERE subject = NEW.subject AND metric = NEW.metric AND currency = NEW.currency)
    BEGIN
        SELECT raise(ABORT, 'series are never replaced');
    END;
    CREATE TRIGGER usage_series_stay BEFORE UPDATE ON usage_series BEGIN
        SELECT raise(ABORT, 'series are never changed');
    END;
    CREATE TRIGGER usage_series_remain BEFORE DELETE ON usage_series BEGIN
        SELECT raise(ABORT, 'series are never deleted');
    END;
    CREATE TRIGGER usage_records_once BEFORE INSERT ON usage_records
    WHEN EXISTS (SELECT 1 FROM usage_records WHERE key = NEW.key)
        OR EXISTS (SELECT 1 FROM usage_records WHERE seq = NEW.seq)
    BEGIN
        SELECT raise(ABORT, 'records are never replaced');
    END;
    CREATE TRIGGER usage_reservations_once BEFORE INSERT ON usage_reservations
    WHEN EXISTS (SELECT 1 FROM usage_reservations WHERE key = NEW.key)
        OR EXISTS (SELECT 1 FROM usage_reservations WHERE id = NEW.id)
    BEGIN
        SELECT raise(ABORT, 'reservations are never replaced');
    END;
    CREATE TRIGGER usage_reservations_keep_their_number BEFORE UPDATE ON usage_reservations
    WHEN NEW.id <> OLD.id
    BEGIN
        SELECT raise(ABORT, 'a reservation keeps its number');
    END;";
