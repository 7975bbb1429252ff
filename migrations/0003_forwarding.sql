-- Destinations, the queue of what goes to them, and each request that was made.

CREATE TABLE destinations (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    url         TEXT NOT NULL,
    endpoint_ids TEXT NOT NULL,                        -- JSON list of ids; empty: every endpoint
    types       TEXT NOT NULL,                         -- JSON list of event types, `*` at the end of a prefix; empty: every type
    headers     TEXT NOT NULL,                         -- further headers, one `Name: value` a line
    sealed      BLOB NOT NULL,                         -- the signing secret, as in `secrets`
    timeout_ms  INTEGER NOT NULL,
    in_flight   INTEGER NOT NULL,                      -- requests at once
    paused_at   INTEGER,
    paused_why  TEXT,
    created_at  INTEGER NOT NULL,
    created_by  TEXT NOT NULL
) STRICT;

-- What is to be sent, once per event and destination, and once per replay. Written in the transaction that accepts the
-- event. Its id grows, so that each destination is served in order.
CREATE TABLE forwards (
    id             INTEGER PRIMARY KEY,
    delivery_id    INTEGER NOT NULL,
    destination_id BLOB NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL CHECK (kind IN ('forward', 'replay')),
    mode           TEXT NOT NULL CHECK (mode IN ('fresh', 'verbatim')),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'dead')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL,                   -- when it may be tried
    lease_until    INTEGER NOT NULL DEFAULT 0,         -- until then an attempt is under way
    actor          TEXT,                               -- who asked for the replay
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX forwards_queued ON forwards (destination_id, next_at) WHERE state = 'queued';
CREATE INDEX forwards_dead ON forwards (destination_id, id) WHERE state = 'dead';
CREATE INDEX forwards_by_delivery ON forwards (delivery_id, id);

CREATE TABLE attempts (
    id         INTEGER PRIMARY KEY,
    forward_id INTEGER NOT NULL REFERENCES forwards (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    status     INTEGER,                                -- of the answer; NULL: there was none
    error      TEXT,                                   -- code of why not: timeout, refused, dns, tls, blocked-address …
    message    TEXT,                                   -- the same for people
    ms         INTEGER NOT NULL,
    headers    TEXT NOT NULL,                          -- of the answer, one a line
    body       BLOB NOT NULL                           -- of the answer, its first 64 KiB
) STRICT;
CREATE INDEX attempts_by_forward ON attempts (forward_id, id);
