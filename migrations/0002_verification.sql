-- Secrets that rotate, verdicts that are looked at again, and an audit log.

ALTER TABLE endpoints ADD COLUMN hmac TEXT;            -- JSON: the options of the scheme `hmac`

ALTER TABLE secrets ADD COLUMN created_by TEXT;        -- who added it, as the audit log names people
ALTER TABLE secrets ADD COLUMN reference TEXT;         -- `env:NAME` or `file:/path`; `sealed` is empty then

ALTER TABLE deliveries ADD COLUMN reverified_at INTEGER; -- when a person had it verified again with success

-- Who changed what. Written in the transaction of the change; never changed or deleted by the program.
CREATE TABLE audit_entries (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    user_id   BLOB,                                    -- NULL: the command line
    actor     TEXT NOT NULL,                           -- their e-mail at the time, or `command line`
    client    TEXT,                                    -- the address they came from
    action    TEXT NOT NULL,                           -- such as `secret.revoked`
    object_id TEXT NOT NULL,                           -- id of what was changed
    object    TEXT NOT NULL,                           -- its name at the time
    detail    TEXT NOT NULL                            -- what about it, never a secret; may be empty
) STRICT;

-- Deliveries verified with each secret, written in the transaction of the rows they count.
CREATE TABLE secret_minutes (
    secret_id BLOB NOT NULL,
    minute    INTEGER NOT NULL,                        -- unix minutes
    count     INTEGER NOT NULL,
    PRIMARY KEY (secret_id, minute)
) STRICT, WITHOUT ROWID;

-- Rejections by reason, written likewise.
CREATE TABLE rejection_minutes (
    minute      INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    reason      TEXT NOT NULL,
    count       INTEGER NOT NULL,
    only_time   INTEGER NOT NULL,                      -- of these, how many were genuine but for their timestamp
    skew_sum    INTEGER NOT NULL,                      -- sum over those of our clock minus the timestamp, seconds
    PRIMARY KEY (minute, endpoint_id, reason)
) STRICT, WITHOUT ROWID;

-- Later verdicts on stored deliveries, in order. The first stands in `payloads`.
CREATE TABLE reverifications (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    verdict     TEXT NOT NULL                          -- JSON, as in `payloads`
) STRICT;
CREATE INDEX reverifications_by_delivery ON reverifications (delivery_id, id);

-- Work on many deliveries, done in slices. It goes on after a restart.
CREATE TABLE jobs (
    id         BLOB PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('reverify')),
    filter     TEXT NOT NULL,                          -- query string of the list it was started from
    before_id  INTEGER NOT NULL,                       -- deliveries from here on are not part of it
    cursor     INTEGER NOT NULL,                       -- everything up to here is done
    state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
    seen       INTEGER NOT NULL DEFAULT 0,
    changed    INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL,                       -- how many there were when it began
    user_id    BLOB,
    actor      TEXT NOT NULL,
    client     TEXT,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE INDEX jobs_running ON jobs (created_at) WHERE state = 'running';
