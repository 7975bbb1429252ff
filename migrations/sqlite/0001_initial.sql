-- Everything. STRICT tables; times are unix milliseconds (INTEGER) and say so in their name (`…_at`); ids are UUIDs
-- (BLOB, 16 bytes) made by the program, except where they are INTEGER. What one of several words stands in is checked by
-- the program alone, so that a new word needs no new table. The same tables for Postgres: ../postgres/0001_initial.sql.

-- ===== The file itself =====

-- Raised by one in every transaction that changes what a server keeps in memory (endpoints, secrets, destinations,
-- channels): a running server polls it, so that `hookpost endpoint add` beside it takes effect within a second.
CREATE TABLE config_revision (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    revision  INTEGER NOT NULL
) STRICT;
INSERT INTO config_revision VALUES (1, 0);

-- What marks our own forwards, so that one that comes back is recognised.
CREATE TABLE instance (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        TEXT NOT NULL
) STRICT;
INSERT INTO instance VALUES (1, lower(hex(randomblob(16))));

-- When the clock was last believed: one that leaps ahead deletes nothing.
CREATE TABLE clock (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    seen_at   INTEGER NOT NULL
) STRICT;

-- Sealed values are XChaCha20-Poly1305 under the master key (24-byte nonce, then ciphertext and tag), bound to the id of
-- their row. This one proves at each start that the key is the right one.
CREATE TABLE key_check (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        BLOB NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;

-- Keys that seal what there is much of, themselves sealed with the master key: another master key reseals only these.
CREATE TABLE data_keys (
    purpose TEXT PRIMARY KEY,                           -- `headers`: header values of payloads
    id      BLOB NOT NULL,
    sealed  BLOB NOT NULL
) STRICT;

-- ===== People and programs =====

CREATE TABLE users (
    id            BLOB PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,                 -- trimmed and lower case
    password_hash TEXT NOT NULL,                        -- PHC string, argon2id
    role          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    unlocked_at   INTEGER,                              -- failed logins before this moment do not count
    last_login_at INTEGER
) STRICT;

-- Each part of a session is a column of its own, so that two requests at once never undo what the other one wrote.
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,                        -- SHA-256 of the cookie's value
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    began_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,                        -- last use by the person, to within a few minutes
    client     TEXT NOT NULL,                           -- address at the login
    expires_at INTEGER NOT NULL                         -- its row can go then; the settings decide when it ends
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Secrets that the next page shows, once; sealed. They go with the session.
CREATE TABLE shown_once (
    session_hash BLOB NOT NULL REFERENCES sessions (token_hash) ON DELETE CASCADE ON UPDATE CASCADE,
    kind         TEXT NOT NULL,
    object       TEXT NOT NULL,                         -- what it belongs to: an id or a name
    sealed       BLOB NOT NULL,
    made_at      INTEGER NOT NULL,
    PRIMARY KEY (session_hash, kind, object)
) STRICT;

-- Browsers in which a user has logged in: whoever guesses elsewhere does not slow them down. They open nothing.
CREATE TABLE known_devices (
    token_hash BLOB NOT NULL,                           -- SHA-256 of the cookie's value
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen_at    INTEGER NOT NULL,                        -- the last login
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (token_hash, user_id)
) STRICT;
CREATE INDEX known_devices_by_user ON known_devices (user_id, seen_at);

-- One-time links: `setup` makes the first admin, `invite` a user with a given role.
CREATE TABLE invites (
    id         BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,                    -- SHA-256
    kind       TEXT NOT NULL,
    email      TEXT,                                    -- NULL for `setup`
    role       TEXT NOT NULL,
    created_by BLOB REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

-- Who may use the API. A token ends with its owner.
CREATE TABLE tokens (
    id             BLOB PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    hash           BLOB NOT NULL UNIQUE,                -- SHA-256 of its text
    hint           TEXT NOT NULL,                       -- its last four characters
    role           TEXT NOT NULL,
    scopes         TEXT NOT NULL,                       -- words, separated by spaces
    endpoint_ids   TEXT,                                -- JSON list of ids; NULL: every endpoint
    owner_id       BLOB REFERENCES users (id) ON DELETE CASCADE, -- NULL: the command line made it
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL,
    expires_at     INTEGER,
    revoked_at     INTEGER,
    last_used_at   INTEGER,
    last_used_from TEXT                                 -- address
) STRICT;
CREATE INDEX tokens_by_owner ON tokens (owner_id);

-- Who changed what. Written in the transaction of the change; never changed or deleted by the program.
CREATE TABLE audit_entries (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    user_id   BLOB,                                     -- NULL: the command line
    actor     TEXT NOT NULL,                            -- their e-mail at the time, or `command line`
    client    TEXT,                                     -- the address they came from
    action    TEXT NOT NULL,                            -- such as `secret.revoked`
    object_id TEXT NOT NULL,                            -- id of what was changed
    object    TEXT NOT NULL,                            -- its name at the time
    detail    TEXT NOT NULL                             -- what about it, never a secret; may be empty
) STRICT;
CREATE INDEX audit_by_action ON audit_entries (action, id);

-- ===== Endpoints and what reaches them =====

CREATE TABLE endpoints (
    id             BLOB PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    key            TEXT NOT NULL UNIQUE,                -- the last part of the ingest URL, 128 random bits
    scheme         TEXT NOT NULL,
    hmac           TEXT,                                -- JSON: the options of the scheme `hmac`
    enabled        INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    body_limit     INTEGER,                             -- bytes; NULL: the server's setting
    retention_days INTEGER NOT NULL DEFAULT 90 CHECK (retention_days > 0),
    secret_headers TEXT NOT NULL DEFAULT '[]',          -- JSON list, lower case: credentials besides those that always are
    created_at     INTEGER NOT NULL,
    pruned_to      INTEGER,                             -- `received_at` of the last row that was deleted: counts of minutes up to it say more than rows
    version        INTEGER NOT NULL DEFAULT 1           -- forms say which version of a row they were made from
) STRICT;

CREATE TABLE secrets (
    id          BLOB PRIMARY KEY,
    endpoint_id BLOB NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    label       TEXT NOT NULL,
    hint        TEXT NOT NULL,                          -- its last four characters
    format      TEXT NOT NULL,
    sealed      BLOB NOT NULL,                          -- empty where `reference` is set
    reference   TEXT,                                   -- `env:NAME` or `file:/path`
    created_at  INTEGER NOT NULL,
    created_by  TEXT,                                   -- as the audit log names people
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
    outcome       TEXT NOT NULL,                        -- accepted, duplicate or rejected
    reason        TEXT,                                 -- why it was rejected
    secret_id     BLOB,                                 -- the secret that matched
    old_secret    INTEGER NOT NULL CHECK (old_secret IN (0, 1)), -- that secret was expiring
    event_key     TEXT,                                 -- `webhook-id` or the scheme's own; claimed only, when rejected
    try_number    INTEGER NOT NULL,                     -- the n-th delivery that bears the key, 1 when there is none
    event_type    TEXT,
    event_id      TEXT,                                 -- body `id` (`evt_…`)
    resource      TEXT,                                 -- body `data.id` (`batch_…`)
    created_at    INTEGER,                              -- when the sender made the event (body `created_at`, `timestamp`)
    client        TEXT NOT NULL,                        -- the sender's address
    body_size     INTEGER NOT NULL,                     -- as received, however much is kept
    answer_status INTEGER NOT NULL,
    answer_us     INTEGER NOT NULL,                     -- microseconds from the head of the request to the start of the commit
    reverified_at INTEGER                               -- when a person had it verified again with success
) STRICT;
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
CREATE INDEX deliveries_by_type ON deliveries (event_type, id);
CREATE INDEX deliveries_by_failure ON deliveries (id) WHERE outcome = 'rejected';
-- An event is the accepted delivery that came first: this index is what makes it unique. Its other deliveries stand in
-- the second index, so that each row costs one entry in one of the two.
CREATE UNIQUE INDEX events_by_key ON deliveries (endpoint_id, event_key) WHERE outcome = 'accepted' AND event_key IS NOT NULL;
CREATE INDEX tries_by_key ON deliveries (endpoint_id, event_key, try_number) WHERE outcome <> 'accepted' AND event_key IS NOT NULL;

-- The raw request, apart from the narrow row so that lists read few pages. The body stands last: whoever reads the rest
-- passes over none.
CREATE TABLE payloads (
    delivery_id    INTEGER PRIMARY KEY,
    headers        BLOB NOT NULL,                       -- `name: value\r\n` per header, in order; a mark in the place of credentials
    sealed_headers BLOB,                                -- the values for which marks stand, sealed with the data key `headers`
    verdict        TEXT NOT NULL,                       -- JSON: the facts of the verification, computed once
    body_sha256    BLOB,                                -- of the whole body, when `body` is only its beginning
    body           BLOB NOT NULL                        -- byte for byte; the beginning of large ones that were rejected or repeated
) STRICT;

-- Requests of an endpoint that are looked at again, in slices: a name was added to its `secret_headers`.
CREATE TABLE header_passes (
    endpoint_id BLOB PRIMARY KEY REFERENCES endpoints (id) ON DELETE CASCADE,
    cursor      INTEGER NOT NULL,                       -- id of a delivery: everything up to here is done
    ends_at     INTEGER NOT NULL                        -- until then rows may come that do not know the name yet
) STRICT;

-- Later verdicts on stored deliveries, in order. The first stands in `payloads`.
CREATE TABLE reverifications (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    verdict     TEXT NOT NULL                           -- JSON, as in `payloads`
) STRICT;
CREATE INDEX reverifications_by_delivery ON reverifications (delivery_id, id);

-- What became of deliveries on laptops, as `hookpost listen` reports it.
CREATE TABLE local_results (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    listener    TEXT NOT NULL,                          -- name of the token, as the audit log has it
    at          INTEGER NOT NULL,
    status      INTEGER,                                -- of the local answer; NULL: there was none
    error       TEXT,                                   -- code of why not
    ms          INTEGER NOT NULL
) STRICT;
CREATE INDEX local_results_by_delivery ON local_results (delivery_id, id);

-- ===== Counts and samples =====

-- What happened, by minute and by hour, written in the transaction of the rows it counts. Pages, alerts and metrics read
-- this and never count rows; `src/db/counts.rs` says what is counted, of what, and what `label` and `bucket` tell apart.
-- The key begins with what is read together, of all objects: a batch changes a few pages then, however many endpoints
-- there are (with `of` before `slot` it was 478 pages instead of 42 with 50 endpoints).
CREATE TABLE counts (
    what   TEXT NOT NULL,
    grain  INTEGER NOT NULL,                           -- minutes of a slot: 1 or 60
    slot   INTEGER NOT NULL,                           -- unix minutes, or unix hours
    of     BLOB NOT NULL,                              -- endpoint, destination or secret; 16 zero bytes: the server itself
    label  TEXT NOT NULL,                              -- event type, reason, class …; empty: none
    bucket INTEGER NOT NULL,                           -- the smallest bound of a histogram that is not exceeded; 0: none
    count  INTEGER NOT NULL,
    sum    INTEGER NOT NULL,                           -- of what is added up besides; 0 for most
    PRIMARY KEY (what, grain, slot, of, label, bucket)
) STRICT, WITHOUT ROWID;

-- What cannot be counted but is looked at once a minute: the largest value that was seen.
CREATE TABLE samples (
    what   TEXT NOT NULL,
    minute INTEGER NOT NULL,                           -- unix minutes
    of     BLOB NOT NULL,                              -- destination; 16 zero bytes: the server itself
    value  REAL NOT NULL,
    PRIMARY KEY (what, minute, of)
) STRICT, WITHOUT ROWID;

-- ===== Destinations and what goes to them =====

CREATE TABLE destinations (
    id            BLOB PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    origin        TEXT NOT NULL,                        -- scheme, host and port, the only part of its URL that is shown
    sealed_target BLOB,                                 -- JSON: URL and headers; NULL once it is removed
    endpoint_ids  TEXT NOT NULL,                        -- JSON: "all", or a list of ids, of which none may be left: that is nothing, not all
    types         TEXT NOT NULL,                        -- JSON list of event types, `*` at the end of a prefix; empty: every type
    condition     TEXT,                                 -- CEL; NULL: every event of these
    policy        TEXT NOT NULL,                        -- JSON: timeout, retries, limits, what is kept of answers
    ordered       INTEGER NOT NULL CHECK (ordered IN (0, 1)), -- the same as in `policy`, for SQL: events of one resource wait for each other
    sealed        BLOB NOT NULL,                        -- the signing secret
    old_sealed    BLOB,                                 -- the one before, which signs too until `old_until`
    old_until     INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,           -- attempts in a row that it did not answer, or with 5xx
    open_until    INTEGER,                              -- set after too many of them: until then nothing is sent
    paused_at     INTEGER,
    paused_why    TEXT,
    removed_at    INTEGER,                              -- set: it is gone for everybody, and what was queued for it is being deleted
    created_at    INTEGER NOT NULL,
    created_by    TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What edited replays send, once for all of them. Deleted with the last of its forwards.
CREATE TABLE edits (
    id      INTEGER PRIMARY KEY,
    headers TEXT NOT NULL,                              -- one `Name: value` a line
    body    BLOB NOT NULL
) STRICT;

-- What is to be sent, once per event and destination, and once per replay. Written in the transaction that accepts the
-- event. Its id grows, so that each destination is served in order.
CREATE TABLE forwards (
    id             INTEGER PRIMARY KEY,
    delivery_id    INTEGER NOT NULL,
    destination_id BLOB NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL,                       -- forward, or replay
    mode           TEXT NOT NULL,                       -- fresh, verbatim or edited
    state          TEXT NOT NULL,                       -- queued, delivered, dead or skipped
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL,                    -- when it may be tried; when it died
    planned_at     INTEGER NOT NULL,                    -- when `next_at` was set
    lease_until    INTEGER NOT NULL DEFAULT 0,          -- until then an attempt is under way
    claim          INTEGER NOT NULL DEFAULT 0,          -- drawn anew by each claim: only the last may write
    lost           INTEGER NOT NULL DEFAULT 0,          -- claims in a row that came to nothing
    urgent_at      INTEGER,                             -- since when a person waits for it
    blocked        INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)), -- an earlier one of its resource is queued
    held           INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),    -- its job is paused
    untold         INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1)),  -- skipped: the condition could not be told
    resource       TEXT,                                -- set where one waits for the other of the same resource
    webhook_id     TEXT,                                -- NULL: the event's own
    edit_id        INTEGER,                             -- what is sent, in mode `edited`
    job_id         BLOB,                                -- the job that queued it
    note           TEXT,                                -- why it was skipped
    actor          TEXT,                                -- who asked for the replay
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX forwards_queued ON forwards (destination_id, blocked, held, next_at) WHERE state = 'queued';
CREATE INDEX forwards_in_order ON forwards (destination_id, resource, id) WHERE state = 'queued' AND resource IS NOT NULL;
CREATE INDEX forwards_urgent ON forwards (destination_id, urgent_at) WHERE state = 'queued' AND urgent_at IS NOT NULL;
CREATE INDEX forwards_leased ON forwards (destination_id, resource) WHERE lease_until > 0;
CREATE INDEX forwards_dead ON forwards (destination_id, id) WHERE state = 'dead';
CREATE INDEX forwards_untold ON forwards (destination_id, id) WHERE untold = TRUE;
CREATE INDEX forwards_by_delivery ON forwards (delivery_id, id);
CREATE INDEX forwards_by_edit ON forwards (edit_id) WHERE edit_id IS NOT NULL;
CREATE INDEX forwards_by_job ON forwards (job_id, state, attempts, held, destination_id) WHERE job_id IS NOT NULL;

-- Where order is kept, the first of each resource goes and the others wait. Triggers keep that true whoever changes or
-- deletes a forward: one that was forgotten would wait for ever.
CREATE TRIGGER forwards_wait_in_line AFTER INSERT ON forwards
WHEN NEW.resource IS NOT NULL AND NEW.state = 'queued' AND EXISTS (
    SELECT 1 FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
    AND e.state = 'queued' AND e.id < NEW.id)
BEGIN
    UPDATE forwards SET blocked = TRUE WHERE id = NEW.id;
END;

CREATE TRIGGER forwards_next_in_line AFTER UPDATE OF state ON forwards
WHEN NEW.resource IS NOT NULL AND OLD.state = 'queued' AND NEW.state <> 'queued'
BEGIN
    UPDATE forwards SET blocked = FALSE WHERE id = (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued');
END;

CREATE TRIGGER forwards_back_in_line AFTER UPDATE OF state ON forwards
WHEN NEW.resource IS NOT NULL AND OLD.state <> 'queued' AND NEW.state = 'queued'
BEGIN
    UPDATE forwards SET blocked = EXISTS (
        SELECT 1 FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued' AND e.id < forwards.id)
    WHERE id IN (NEW.id, (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued' AND e.id <> NEW.id));
END;

CREATE TRIGGER forwards_leave_the_line AFTER DELETE ON forwards
WHEN OLD.resource IS NOT NULL AND OLD.state = 'queued'
BEGIN
    UPDATE forwards SET blocked = FALSE WHERE id = (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = OLD.destination_id AND e.resource = OLD.resource
        AND e.state = 'queued');
END;

CREATE TRIGGER forwards_last_of_an_edit AFTER DELETE ON forwards
WHEN OLD.edit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM forwards e WHERE e.edit_id = OLD.edit_id)
BEGIN
    DELETE FROM edits WHERE id = OLD.edit_id;
END;

-- Each request that was made.
CREATE TABLE attempts (
    id         INTEGER PRIMARY KEY,
    forward_id INTEGER NOT NULL REFERENCES forwards (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    status     INTEGER,                                 -- of the answer; NULL: there was none
    error      TEXT,                                    -- code of why not: timeout, refused, dns, tls, blocked-address …
    message    TEXT,                                    -- the same for people
    ms         INTEGER NOT NULL,
    request    TEXT NOT NULL,                           -- headers that were sent, one a line
    headers    TEXT NOT NULL,                           -- of the answer, one a line
    body       BLOB NOT NULL                            -- of the answer, as much as the destination says
) STRICT;
CREATE INDEX attempts_by_forward ON attempts (forward_id, id);

-- ===== Long work =====

-- Work on many deliveries, done in slices. It goes on after a restart. One that stops takes back what it queued, in
-- slices too; one that pauses or goes on says so to what it queued.
CREATE TABLE jobs (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL,
    filter       TEXT NOT NULL,                         -- query string of the list it was started from
    destinations TEXT NOT NULL DEFAULT '[]',            -- replay: JSON list of ids
    mode         TEXT NOT NULL DEFAULT 'fresh',         -- replay: as in `forwards`
    rate         INTEGER,                               -- replay: requests a minute; NULL: as fast as they go
    before_id    INTEGER NOT NULL,                      -- deliveries from here on are not part of it
    cursor       INTEGER NOT NULL,                      -- everything up to here is done
    state        TEXT NOT NULL,
    sweep        INTEGER NOT NULL DEFAULT 0 CHECK (sweep IN (0, 1)), -- what it queued is still to be told of its state
    note         TEXT,                                  -- why it failed
    seen         INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,            -- accepted, or queued
    total        INTEGER NOT NULL,                      -- how many there were when it began
    actor        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX jobs_to_work_on ON jobs (created_at, id) WHERE state IN ('running', 'stopping') OR sweep = TRUE;

-- An endpoint or destination that a person removed is gone at once for everybody; what it leaves behind is deleted in
-- slices, one stage after the other.
CREATE TABLE removals (
    object_id  BLOB PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,                           -- at the time
    stage      INTEGER NOT NULL DEFAULT 0,              -- what is being deleted; see src/db/removals.rs
    cursor     INTEGER NOT NULL DEFAULT 0,              -- how far the stage has come
    deleted    INTEGER NOT NULL DEFAULT 0,              -- deliveries of an endpoint, forwards to a destination
    created_at INTEGER NOT NULL
) STRICT;

-- Copies that the server makes by itself: when, where to and how many stay. There is one plan, whose id is all zeros …
CREATE TABLE backup_plan (
    id           BLOB PRIMARY KEY,
    enabled      INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    every_hours  INTEGER,                               -- one of these two is set
    daily_minute INTEGER,                               -- minute of the day, UTC
    folder       TEXT NOT NULL,                         -- below the folder that the operator allows; empty: that one itself
    keep_last    INTEGER NOT NULL,
    keep_days    INTEGER NOT NULL,                      -- besides, the last one of each of so many days …
    keep_weeks   INTEGER NOT NULL,                      -- … and of so many weeks
    sealed       BLOB,                                  -- the passphrase; NULL: copies are not encrypted
    asked_at     INTEGER,                               -- when a person asked for one now; NULL once it is begun
    asked_by     TEXT,
    enabled_at   INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0             -- copies that failed, ever: never set back
) STRICT;

-- … and each one that was made.
CREATE TABLE backups (
    id         BLOB PRIMARY KEY,
    file       TEXT NOT NULL,                           -- path below the folder that the operator allows
    state      TEXT NOT NULL,
    encrypted  INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
    actor      TEXT,                                    -- who asked for it; NULL: it was due
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    bytes      INTEGER,                                 -- size of the file
    row_count  INTEGER,                                 -- rows of all its tables
    problem    TEXT                                     -- why it failed, or what is odd about it
) STRICT;
CREATE INDEX backups_by_time ON backups (started_at);
CREATE INDEX backups_by_state ON backups (state, started_at);

-- ===== Alerts =====

-- Where news of incidents goes.
CREATE TABLE channels (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    settings     TEXT NOT NULL,                         -- JSON: what may be read by everyone who is logged in
    sealed       BLOB NOT NULL,                         -- JSON: what is secret (password, URL, key)
    min_severity INTEGER NOT NULL,                      -- 0 info, 1 warning, 2 critical: what is below is not sent
    paused_at    INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,            -- tries in a row that it did not take
    error        TEXT,                                  -- why the last of them failed; NULL after one that it took
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What is watched.
CREATE TABLE alert_rules (
    id             BLOB PRIMARY KEY,
    kind           TEXT NOT NULL,
    endpoint_id    BLOB REFERENCES endpoints (id) ON DELETE CASCADE,       -- of rules about an endpoint
    destination_id BLOB REFERENCES destinations (id) ON DELETE CASCADE,    -- of rules about a destination
    settings       TEXT NOT NULL,                       -- JSON: threshold, window, least, recovery, cooldown, severity …
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX alert_rules_by_endpoint ON alert_rules (endpoint_id) WHERE endpoint_id IS NOT NULL;
CREATE INDEX alert_rules_by_destination ON alert_rules (destination_id) WHERE destination_id IS NOT NULL;

-- What was given its usual rules already: those that a person removed do not come back.
CREATE TABLE alert_presets (
    object_id BLOB PRIMARY KEY                          -- of an endpoint or a destination; all zeros: the server itself
) STRICT;

-- A period in which a rule held. It says by itself what it was about: rule and object may be gone.
CREATE TABLE incidents (
    id              BLOB PRIMARY KEY,
    rule_id         BLOB NOT NULL,
    kind            TEXT NOT NULL,
    endpoint_id     BLOB,
    destination_id  BLOB,
    object          TEXT,                               -- name of the endpoint or destination at the time
    severity        INTEGER NOT NULL,
    title           TEXT NOT NULL,
    detail          TEXT NOT NULL,                      -- a sentence with the figures at the opening
    settings        TEXT NOT NULL,                      -- JSON: those of the rule at the time
    value           REAL NOT NULL,                      -- at the last look
    worst           REAL NOT NULL,
    opened_at       INTEGER NOT NULL,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    reminded_at     INTEGER,
    recovered_at    INTEGER,                            -- the condition did not hold any more
    resolved_at     INTEGER,                            -- a person closed it
    resolved_by     TEXT,
    ended_at        INTEGER                             -- the first of the two; NULL: it is open
) STRICT;
-- A rule has one open incident at most.
CREATE UNIQUE INDEX incidents_open ON incidents (rule_id) WHERE ended_at IS NULL;
CREATE INDEX incidents_by_rule ON incidents (rule_id, opened_at);
CREATE INDEX incidents_by_time ON incidents (opened_at);

-- What happened in an incident, in order.
CREATE TABLE incident_entries (
    id          INTEGER PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    actor       TEXT,                                   -- NULL: Hookpost itself
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX incident_entries_by_incident ON incident_entries (incident_id, id);

-- Messages, queued in the transaction of what they tell of. An id never comes twice, so that receivers can tell repeats.
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id BLOB,                                   -- NULL: a test of the channel
    channel_id  BLOB NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    content     TEXT NOT NULL,                          -- JSON: what is told
    state       TEXT NOT NULL,                          -- queued, sent or failed
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,                       -- when it may be tried
    error       TEXT,                                   -- why the last try failed
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER
) STRICT;
CREATE INDEX notices_queued ON notices (channel_id, id) WHERE state = 'queued';
CREATE INDEX notices_by_incident ON notices (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX notices_by_channel ON notices (channel_id, id);
