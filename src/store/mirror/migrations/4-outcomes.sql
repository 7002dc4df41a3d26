DROP TABLE outcomes;
CREATE TABLE outcomes (
    seq INTEGER PRIMARY KEY,
    outcome TEXT NOT NULL,
    error TEXT,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL,
    created INTEGER NOT NULL,
    customer TEXT
) STRICT;
CREATE INDEX outcomes_by_outcome ON outcomes (outcome, created);
CREATE INDEX outcomes_by_customer ON outcomes (customer, created) WHERE customer IS NOT NULL;
DELETE FROM settings WHERE name = 'applied_through';
