-- Copies that the server makes by itself: when, where to and how many stay; and each one that was made.

CREATE TABLE backup_plan (
    singleton    INTEGER PRIMARY KEY CHECK (singleton = 1),
    enabled      INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    every_hours  INTEGER,                              -- one of these two is set
    daily_minute INTEGER,                              -- minute of the day, UTC
    folder       TEXT NOT NULL,                        -- below the folder that the operator allows; empty: that one itself
    keep_last    INTEGER NOT NULL,
    keep_days    INTEGER NOT NULL,                     -- besides, the last one of each of so many days …
    keep_weeks   INTEGER NOT NULL,                     -- … and of so many weeks
    sealed       BLOB,                                 -- the passphrase, sealed as in `secrets`; NULL: copies are not encrypted
    asked_at     INTEGER,                              -- when a person asked for one now; NULL once it is begun
    asked_by     TEXT,
    enabled_at   INTEGER,                              -- when it was switched on
    failures     INTEGER NOT NULL DEFAULT 0            -- copies that failed, ever: never set back
) STRICT;

CREATE TABLE backups (
    id         BLOB PRIMARY KEY,
    file       TEXT NOT NULL,                          -- path below the folder that the operator allows
    state      TEXT NOT NULL CHECK (state IN ('running', 'good', 'failed', 'removed')),
    encrypted  INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
    actor      TEXT,                                   -- who asked for it; NULL: it was due
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    bytes      INTEGER,                                -- size of the file
    row_count  INTEGER,                                -- rows of all its tables
    problem    TEXT                                    -- why it failed, or what is odd about it
) STRICT;
CREATE INDEX backups_by_time ON backups (started_at);
CREATE INDEX backups_by_state ON backups (state, started_at);
