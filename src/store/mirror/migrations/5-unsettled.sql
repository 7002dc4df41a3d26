CREATE TABLE unsettled (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    guess INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
