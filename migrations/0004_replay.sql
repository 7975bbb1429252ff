-- How each destination is served, replays that change what is sent, jobs that replay, API tokens, results of laptops.
-- Tables whose CHECKs change are made anew; `attempts` goes first, so that nothing is deleted by cascade.

CREATE TABLE destinations_new (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    endpoint_ids TEXT NOT NULL,                        -- JSON list of ids; empty: every endpoint
    types        TEXT NOT NULL,                        -- JSON list of event types, `*` at the end of a prefix; empty: every type
    condition    TEXT,                                 -- CEL; NULL: every event of these
    headers      TEXT NOT NULL,                        -- further headers, one `Name: value` a line
    serving      TEXT NOT NULL,                        -- JSON: timeout, retries, limits, what is kept of answers
    sealed       BLOB NOT NULL,                        -- the signing secret, as in `secrets`
    old_sealed   BLOB,                                 -- the one before, which signs too until `old_until`
    old_until    INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,           -- attempts in a row that it did not answer, or with 5xx
    open_until   INTEGER,                              -- set after too many of them: until then nothing is sent
    paused_at    INTEGER,
    paused_why   TEXT,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL
) STRICT;
INSERT INTO destinations_new (id, name, url, endpoint_ids, types, headers, serving, sealed, paused_at, paused_why,
                              created_at, created_by)
SELECT id, name, url, endpoint_ids, types, headers,
       json_object('timeout_ms', timeout_ms, 'in_flight', in_flight), sealed, paused_at, paused_why, created_at, created_by
FROM destinations;

-- What is to be sent, once per event and destination, and once per replay. Written in the transaction that accepts the
-- event. Its id grows, so that each destination is served in order.
CREATE TABLE forwards_new (
    id             INTEGER PRIMARY KEY,
    delivery_id    INTEGER NOT NULL,
    destination_id BLOB NOT NULL REFERENCES destinations_new (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL CHECK (kind IN ('forward', 'replay')),
    mode           TEXT NOT NULL CHECK (mode IN ('fresh', 'verbatim', 'edited')),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'dead', 'skipped')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL,                   -- when it may be tried
    lease_until    INTEGER NOT NULL DEFAULT 0,         -- until then an attempt is under way
    actor          TEXT,                               -- who asked for the replay
    created_at     INTEGER NOT NULL,
    resource       TEXT,                               -- set where one waits for the other of the same resource
    webhook_id     TEXT,                               -- NULL: the event's own
    edited_headers TEXT,                               -- mode `edited`: one `Name: value` a line
    edited_body    BLOB,                               -- the same
    note           TEXT,                               -- why it was skipped
    job_id         BLOB                                -- the job that queued it
) STRICT;
INSERT INTO forwards_new (id, delivery_id, destination_id, kind, mode, state, attempts, next_at, lease_until, actor, created_at)
SELECT id, delivery_id, destination_id, kind, mode, state, attempts, next_at, lease_until, actor, created_at FROM forwards;

CREATE TABLE attempts_new (
    id         INTEGER PRIMARY KEY,
    forward_id INTEGER NOT NULL REFERENCES forwards_new (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    status     INTEGER,                                -- of the answer; NULL: there was none
    error      TEXT,                                   -- code of why not: timeout, refused, dns, tls, blocked-address …
    message    TEXT,                                   -- the same for people
    ms         INTEGER NOT NULL,
    request    TEXT NOT NULL DEFAULT '',               -- headers that were sent, one a line
    headers    TEXT NOT NULL,                          -- of the answer, one a line
    body       BLOB NOT NULL                           -- of the answer, as much as the destination says
) STRICT;
INSERT INTO attempts_new (id, forward_id, at, status, error, message, ms, headers, body)
SELECT id, forward_id, at, status, error, message, ms, headers, body FROM attempts;

DROP TABLE attempts;
DROP TABLE forwards;
DROP TABLE destinations;
ALTER TABLE destinations_new RENAME TO destinations;
ALTER TABLE forwards_new RENAME TO forwards;
ALTER TABLE attempts_new RENAME TO attempts;
CREATE INDEX forwards_queued ON forwards (destination_id, next_at) WHERE state = 'queued';
CREATE INDEX forwards_in_order ON forwards (destination_id, resource, id) WHERE state = 'queued' AND resource IS NOT NULL;
CREATE INDEX forwards_dead ON forwards (destination_id, id) WHERE state = 'dead';
CREATE INDEX forwards_by_delivery ON forwards (delivery_id, id);
CREATE INDEX forwards_by_job ON forwards (job_id, state) WHERE job_id IS NOT NULL;
CREATE INDEX attempts_by_forward ON attempts (forward_id, id);

-- Attempts by minute, written in the transaction of the rows they count.
CREATE TABLE attempt_minutes (
    destination_id BLOB NOT NULL,
    minute         INTEGER NOT NULL,                   -- unix minutes
    class          TEXT NOT NULL,                      -- 2xx, 3xx, 4xx, 5xx, or the code of an error
    bucket         INTEGER NOT NULL,                   -- ms: the smallest bound that the time it took does not exceed
    count          INTEGER NOT NULL,
    PRIMARY KEY (destination_id, minute, class, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs_new (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('reverify', 'replay')),
    filter       TEXT NOT NULL,                        -- query string of the list it was started from
    destinations TEXT NOT NULL DEFAULT '[]',           -- replay: JSON list of ids
    mode         TEXT NOT NULL DEFAULT 'fresh' CHECK (mode IN ('fresh', 'verbatim')), -- replay
    rate         INTEGER,                              -- replay: requests a minute; NULL: as fast as they go
    before_id    INTEGER NOT NULL,                     -- deliveries from here on are not part of it
    cursor       INTEGER NOT NULL,                     -- everything up to here is done
    state        TEXT NOT NULL CHECK (state IN ('running', 'paused', 'done', 'cancelled', 'failed')),
    seen         INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,           -- accepted, or queued
    total        INTEGER NOT NULL,                     -- how many there were when it began
    user_id      BLOB,
    actor        TEXT NOT NULL,
    client       TEXT,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
INSERT INTO jobs_new (id, kind, filter, before_id, cursor, state, seen, changed, total, user_id, actor, client, created_at, ended_at)
SELECT id, kind, filter, before_id, cursor, state, seen, changed, total, user_id, actor, client, created_at, ended_at FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
CREATE INDEX jobs_running ON jobs (created_at) WHERE state = 'running';

-- Who may use the API. Only the SHA-256 of the token is kept.
CREATE TABLE tokens (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    hash         BLOB NOT NULL UNIQUE,
    hint         TEXT NOT NULL,                        -- its last four characters
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;

-- What became of deliveries on laptops, as `hookpost listen` reports it.
CREATE TABLE local_results (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    listener    TEXT NOT NULL,                         -- name of the token, as the audit log has it
    at          INTEGER NOT NULL,
    status      INTEGER,                               -- of the local answer; NULL: there was none
    error       TEXT,                                  -- code of why not
    ms          INTEGER NOT NULL
) STRICT;
CREATE INDEX local_results_by_delivery ON local_results (delivery_id, id);
