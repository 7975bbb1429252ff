-- Everything of the first release. STRICT tables; times are unix milliseconds (INTEGER) and say so in their name
-- (`…_at`); ids are UUIDv7 (BLOB, 16 bytes) made by the program, except a delivery's, see below.

-- Raised by one in every transaction that changes endpoints or secrets: a running server polls it, so that
-- `hookpost endpoint add` beside it takes effect within a second.
CREATE TABLE config_revision (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    revision  INTEGER NOT NULL
) STRICT;
INSERT INTO config_revision VALUES (1, 0);

-- A value sealed with the master key: opening it at start proves that the key is the right one.
CREATE TABLE key_check (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        BLOB NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;

CREATE TABLE users (
    id            BLOB PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,                 -- trimmed and lower case
    password_hash TEXT NOT NULL,                        -- PHC string, argon2id
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;

-- Sessions in the browser. Only the SHA-256 of the cookie's value is kept.
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id    BLOB REFERENCES users (id) ON DELETE CASCADE, -- NULL before login
    data       TEXT NOT NULL,                           -- JSON
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- One-time links: `setup` makes the first admin, `invite` a user with a given role. Only the SHA-256 of the token is kept.
CREATE TABLE invites (
    id         BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('setup', 'invite')),
    email      TEXT,                                    -- NULL for `setup`
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_by BLOB REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE TABLE endpoints (
    id             BLOB PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    key            TEXT NOT NULL UNIQUE,                -- the last part of the ingest URL, 128 random bits
    scheme         TEXT NOT NULL,
    enabled        INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    body_limit     INTEGER,                             -- bytes; NULL: the server's setting
    retention_days INTEGER NOT NULL DEFAULT 90 CHECK (retention_days > 0),
    created_at     INTEGER NOT NULL
) STRICT;

-- Signing keys, sealed with XChaCha20-Poly1305 under the master key; the row's id is the associated data.
CREATE TABLE secrets (
    id          BLOB PRIMARY KEY,
    endpoint_id BLOB NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    label       TEXT NOT NULL,
    hint        TEXT NOT NULL,                          -- its last four characters
    format      TEXT NOT NULL CHECK (format IN ('prefixed', 'base64', 'text')),
    sealed      BLOB NOT NULL,                          -- 24-byte nonce, then ciphertext and tag
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,                                -- set while it is expiring
    revoked_at  INTEGER
) STRICT;
CREATE INDEX secrets_by_endpoint ON secrets (endpoint_id);

-- One row per stored request. The id is given by the writer in the order of commits (unix ms of the commit << 12, plus a
-- number), so that one value is the key of the row, the cursor of every page, the id of the live stream, and stands in
-- for an index on time; it is not random because no URL with it is public.
-- No foreign key: this is the hot table, and an endpoint is removed together with its deliveries in slices.
CREATE TABLE deliveries (
    id            INTEGER PRIMARY KEY,
    endpoint_id   BLOB NOT NULL,
    received_at   INTEGER NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'rejected')),
    reason        TEXT,                                 -- why it was rejected
    secret_id     BLOB,                                 -- the secret that matched
    old_secret    INTEGER NOT NULL,                     -- 1: it matched a secret that is expiring
    event_key     TEXT,                                 -- `webhook-id` or the scheme's own; claimed only, when rejected
    try_number    INTEGER NOT NULL,                     -- the n-th delivery that bears the key, 1 when there is none
    event_type    TEXT,
    event_id      TEXT,                                 -- body `id` (`evt_…`)
    resource      TEXT,                                 -- body `data.id` (`batch_…`)
    created_at    INTEGER,                              -- when the sender made the event (body `created_at`, `timestamp`)
    client        TEXT NOT NULL,                        -- the sender's address
    body_size     INTEGER NOT NULL,
    answer_status INTEGER NOT NULL,
    answer_us     INTEGER NOT NULL                      -- microseconds from the head of the request to the start of the commit
) STRICT;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
CREATE INDEX deliveries_by_type ON deliveries (event_type, id);
CREATE INDEX deliveries_by_failure ON deliveries (id) WHERE outcome = 'rejected';
-- An event is the accepted delivery that came first: this index is what makes it unique. Its other deliveries stand in
-- the second index, so that each row costs one entry in one of the two.
CREATE UNIQUE INDEX events_by_key ON deliveries (endpoint_id, event_key) WHERE outcome = 'accepted' AND event_key IS NOT NULL;
CREATE INDEX tries_by_key ON deliveries (endpoint_id, event_key, try_number) WHERE outcome <> 'accepted' AND event_key IS NOT NULL;

-- The raw request, apart from the narrow row so that lists read few pages.
CREATE TABLE payloads (
    delivery_id INTEGER PRIMARY KEY,
    headers     BLOB NOT NULL,                          -- `name: value\r\n` per header, in order
    body        BLOB NOT NULL,                          -- byte for byte
    verdict     TEXT NOT NULL                           -- JSON: the facts of the verification, computed once
) STRICT;

-- Counts, written in the transaction of the rows they count. Lists and charts never count rows.
CREATE TABLE rollup_minutes (
    minute      INTEGER NOT NULL,                       -- unix minutes
    endpoint_id BLOB NOT NULL,
    accepted    INTEGER NOT NULL,
    duplicate   INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    body_bytes  INTEGER NOT NULL,
    PRIMARY KEY (minute, endpoint_id)
) STRICT, WITHOUT ROWID;

-- Requests that were answered without being stored (unknown key, too large, …), by minute.
CREATE TABLE refusal_minutes (
    minute INTEGER NOT NULL,
    cause  TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, cause)
) STRICT, WITHOUT ROWID;
