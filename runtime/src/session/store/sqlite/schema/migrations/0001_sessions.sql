-- What is known of the file itself. `usable_from`: the oldest schema whose programs may still write here.
CREATE TABLE about (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO about (name, value) VALUES ('usable_from', 1);

-- The one growing sequence that versions and fencing numbers come from.
CREATE TABLE sequence (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO sequence (only, last) VALUES (1, 0);

-- Instants are milliseconds since the Unix epoch. Later columns need a default: programs of the schema before do not name them.
CREATE TABLE sessions (
    provider      TEXT NOT NULL,
    subject       TEXT NOT NULL,
    version       INTEGER NOT NULL,
    record        BLOB NOT NULL,
    due           INTEGER,
    checksum      INTEGER NOT NULL,
    claimed_at    INTEGER,
    claimed_until INTEGER,
    PRIMARY KEY (provider, subject)
) STRICT;

-- A session that was handed out leaves the first index for the second: finding what is due reads only what is free.
CREATE INDEX sessions_due ON sessions (provider, due)
    WHERE due IS NOT NULL AND claimed_until IS NULL;
CREATE INDEX sessions_claimed ON sessions (provider, claimed_until)
    WHERE claimed_until IS NOT NULL;

CREATE TABLE leases (
    provider TEXT NOT NULL,
    subject  TEXT NOT NULL,
    owner    TEXT NOT NULL,
    fence    INTEGER NOT NULL,
    taken    INTEGER NOT NULL,
    ends     INTEGER NOT NULL,
    PRIMARY KEY (provider, subject)
) STRICT, WITHOUT ROWID;
