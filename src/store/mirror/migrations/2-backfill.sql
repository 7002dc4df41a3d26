CREATE TABLE fills (
    number INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    since INTEGER,
    per_customer INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    finished INTEGER NOT NULL
) STRICT;
CREATE TABLE fill_tasks (
    fill INTEGER NOT NULL REFERENCES fills (number),
    number INTEGER NOT NULL,
    source TEXT NOT NULL,
    phase INTEGER NOT NULL,
    parent TEXT,
    params TEXT NOT NULL,
    from_second INTEGER,
    until_second INTEGER,
    place_id TEXT,
    place_created INTEGER,
    done INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    PRIMARY KEY (fill, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE filled (
    fill INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (fill, kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE fill_counts (
    fill INTEGER NOT NULL,
    kind TEXT NOT NULL,
    received INTEGER NOT NULL,
    unread TEXT,
    PRIMARY KEY (fill, kind)
) STRICT, WITHOUT ROWID;
