-- Everything, for Postgres. Times are unix milliseconds (BIGINT) and say so in their name (`…_at`); ids are UUIDs made by
-- the program, except where they are BIGINT. Text that is ordered or compared by range is in the collation "C", so that it
-- sorts by its bytes whatever the locale of the database. What one of several words stands in is checked by the program
-- alone. The same tables for SQLite, with what each is for: ../sqlite/0001_initial.sql.

-- ===== The database itself =====

-- Raised by one in every transaction that changes what a server keeps in memory (endpoints, secrets, destinations,
-- channels): a running server polls it, so that `hookpost endpoint add` beside it takes effect within a second.
CREATE TABLE config_revision (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    revision  BIGINT NOT NULL
);
INSERT INTO config_revision VALUES (1, 0);

-- What marks our own forwards, so that one that comes back is recognised.
CREATE TABLE instance (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        TEXT NOT NULL
);
INSERT INTO instance VALUES (1, replace(gen_random_uuid()::text, '-', ''));

-- When the clock was last believed: one that leaps ahead deletes nothing.
CREATE TABLE clock (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    seen_at   BIGINT NOT NULL
);

-- Sealed values are XChaCha20-Poly1305 under the master key (24-byte nonce, then ciphertext and tag), bound to the id of
-- their row. This one proves at each start that the key is the right one.
CREATE TABLE key_check (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        UUID NOT NULL,
    sealed    BYTEA NOT NULL
);

-- Keys that seal what there is much of, themselves sealed with the master key: another master key reseals only these.
CREATE TABLE data_keys (
    purpose TEXT PRIMARY KEY,                           -- `headers`: header values of payloads
    id      UUID NOT NULL,
    sealed  BYTEA NOT NULL
);

-- ===== People and programs =====

CREATE TABLE users (
    id            UUID PRIMARY KEY,
    email         TEXT COLLATE "C" NOT NULL UNIQUE,     -- trimmed and lower case
    password_hash TEXT NOT NULL,                        -- PHC string, argon2id
    role          TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT,
    unlocked_at   BIGINT,                               -- failed logins before this moment do not count
    last_login_at BIGINT
);

-- Each part of a session is a column of its own, so that two requests at once never undo what the other one wrote.
CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,                       -- SHA-256 of the cookie's value
    user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    began_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,                         -- last use by the person, to within a few minutes
    client     TEXT NOT NULL,                           -- address at the login
    expires_at BIGINT NOT NULL                          -- its row can go then; the settings decide when it ends
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Secrets that the next page shows, once; sealed. They go with the session.
CREATE TABLE shown_once (
    session_hash BYTEA NOT NULL REFERENCES sessions (token_hash) ON DELETE CASCADE ON UPDATE CASCADE,
    kind         TEXT NOT NULL,
    object       TEXT NOT NULL,                         -- what it belongs to: an id or a name
    sealed       BYTEA NOT NULL,
    made_at      BIGINT NOT NULL,
    PRIMARY KEY (session_hash, kind, object)
);

-- Browsers in which a user has logged in: whoever guesses elsewhere does not slow them down. They open nothing.
CREATE TABLE known_devices (
    token_hash BYTEA NOT NULL,                          -- SHA-256 of the cookie's value
    user_id    UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen_at    BIGINT NOT NULL,                         -- the last login
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (token_hash, user_id)
);
CREATE INDEX known_devices_by_user ON known_devices (user_id, seen_at);

-- One-time links: `setup` makes the first admin, `invite` a user with a given role.
CREATE TABLE invites (
    id         UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,                   -- SHA-256
    kind       TEXT NOT NULL,
    email      TEXT,                                    -- NULL for `setup`
    role       TEXT NOT NULL,
    created_by UUID REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

-- Who may use the API. A token ends with its owner.
CREATE TABLE tokens (
    id             UUID PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL UNIQUE,
    hash           BYTEA NOT NULL UNIQUE,               -- SHA-256 of its text
    hint           TEXT NOT NULL,                       -- its last four characters
    role           TEXT NOT NULL,
    scopes         TEXT NOT NULL,                       -- words, separated by spaces
    endpoint_ids   TEXT,                                -- JSON list of ids; NULL: every endpoint
    owner_id       UUID REFERENCES users (id) ON DELETE CASCADE,-- NULL: the command line made it
    created_at     BIGINT NOT NULL,
    created_by     TEXT NOT NULL,
    expires_at     BIGINT,
    revoked_at     BIGINT,
    last_used_at   BIGINT,
    last_used_from TEXT                                 -- address
);
CREATE INDEX tokens_by_owner ON tokens (owner_id);

-- Who changed what. Written in the transaction of the change; never changed or deleted by the program.
CREATE TABLE audit_entries (
    id        BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at        BIGINT NOT NULL,
    user_id   UUID,                                     -- NULL: the command line
    actor     TEXT NOT NULL,                            -- their e-mail at the time, or `command line`
    client    TEXT,                                     -- the address they came from
    action    TEXT NOT NULL,                            -- such as `secret.revoked`
    object_id TEXT NOT NULL,                            -- id of what was changed
    object    TEXT NOT NULL,                            -- its name at the time
    detail    TEXT NOT NULL                             -- what about it, never a secret; may be empty
);
CREATE INDEX audit_by_action ON audit_entries (action, id);

-- ===== Endpoints and what reaches them =====

CREATE TABLE endpoints (
    id             UUID PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL UNIQUE,
    key            TEXT NOT NULL UNIQUE,                -- the last part of the ingest URL, 128 random bits
    scheme         TEXT NOT NULL,
    hmac           JSONB,                               -- JSON: the options of the scheme `hmac`
    enabled        BOOLEAN NOT NULL DEFAULT TRUE,
    body_limit     BIGINT,                              -- bytes; NULL: the server's setting
    retention_days BIGINT NOT NULL DEFAULT 90 CHECK (retention_days > 0),
    secret_headers JSONB NOT NULL DEFAULT '[]',         -- JSON list, lower case: credentials besides those that always are
    created_at     BIGINT NOT NULL,
    pruned_to      BIGINT,                              -- `received_at` of the last row that was deleted: counts of minutes up to it say more than rows
    version        BIGINT NOT NULL DEFAULT 1            -- forms say which version of a row they were made from
);

CREATE TABLE secrets (
    id          UUID PRIMARY KEY,
    endpoint_id UUID NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    label       TEXT NOT NULL,
    hint        TEXT NOT NULL,                          -- its last four characters
    format      TEXT NOT NULL,
    sealed      BYTEA NOT NULL,                         -- empty where `reference` is set
    reference   TEXT,                                   -- `env:NAME` or `file:/path`
    created_at  BIGINT NOT NULL,
    created_by  TEXT,                                   -- as the audit log names people
    expires_at  BIGINT,                                 -- set while it is expiring
    revoked_at  BIGINT
);
CREATE INDEX secrets_by_endpoint ON secrets (endpoint_id);

-- One row per stored request. The id is given by the writer in the order of commits (unix ms of the commit << 12, plus a
-- number), so that one value is the key of the row, the cursor of every page, the id of the live stream, and stands in
-- for an index on time; it is not random because no URL with it is public.
-- No foreign key: this is the hot table, and an endpoint is removed together with its deliveries in slices.
CREATE TABLE deliveries (
    id            BIGINT PRIMARY KEY,
    endpoint_id   UUID NOT NULL,
    received_at   BIGINT NOT NULL,
    outcome       TEXT NOT NULL,                        -- accepted, duplicate or rejected
    reason        TEXT,                                 -- why it was rejected
    secret_id     UUID,                                 -- the secret that matched
    old_secret    BOOLEAN NOT NULL,                     -- that secret was expiring
    event_key     TEXT COLLATE "C",                     -- `webhook-id` or the scheme's own; claimed only, when rejected
    try_number    BIGINT NOT NULL,                      -- the n-th delivery that bears the key, 1 when there is none
    event_type    TEXT COLLATE "C",
    event_id      TEXT,                                 -- body `id` (`evt_…`)
    resource      TEXT,                                 -- body `data.id` (`batch_…`)
    created_at    BIGINT,                               -- when the sender made the event (body `created_at`, `timestamp`)
    client        TEXT NOT NULL,                        -- the sender's address
    body_size     BIGINT NOT NULL,                      -- as received, however much is kept
    answer_status INTEGER NOT NULL,
    answer_us     BIGINT NOT NULL,                      -- microseconds from the head of the request to the start of the commit
    reverified_at BIGINT                                -- when a person had it verified again with success
);
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
    delivery_id    BIGINT PRIMARY KEY,
    headers        BYTEA NOT NULL,                      -- `name: value\r\n` per header, in order; a mark in the place of credentials
    sealed_headers BYTEA,                               -- the values for which marks stand, sealed with the data key `headers`
    verdict        TEXT NOT NULL,                       -- JSON: the facts of the verification, computed once
    body_sha256    BYTEA,                               -- of the whole body, when `body` is only its beginning
    body           BYTEA NOT NULL                       -- byte for byte; the beginning of large ones that were rejected or repeated
);

-- Requests of an endpoint that are looked at again, in slices: a name was added to its `secret_headers`.
CREATE TABLE header_passes (
    endpoint_id UUID PRIMARY KEY REFERENCES endpoints (id) ON DELETE CASCADE,
    cursor      BIGINT NOT NULL,                        -- id of a delivery: everything up to here is done
    ends_at     BIGINT NOT NULL                         -- until then rows may come that do not know the name yet
);

-- Later verdicts on stored deliveries, in order. The first stands in `payloads`.
CREATE TABLE reverifications (
    id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    verdict     TEXT NOT NULL                           -- JSON, as in `payloads`
);
CREATE INDEX reverifications_by_delivery ON reverifications (delivery_id, id);

-- What became of deliveries on laptops, as `hookpost listen` reports it.
CREATE TABLE local_results (
    id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    delivery_id BIGINT NOT NULL,
    listener    TEXT NOT NULL,                          -- name of the token, as the audit log has it
    at          BIGINT NOT NULL,
    status      INTEGER,                                -- of the local answer; NULL: there was none
    error       TEXT,                                   -- code of why not
    ms          BIGINT NOT NULL
);
CREATE INDEX local_results_by_delivery ON local_results (delivery_id, id);

-- ===== Counts and samples =====

CREATE TABLE counts (
    what   TEXT NOT NULL,
    grain  BIGINT NOT NULL,
    slot   BIGINT NOT NULL,
    of     UUID NOT NULL,
    label  TEXT COLLATE "C" NOT NULL,
    bucket BIGINT NOT NULL,
    count  BIGINT NOT NULL,
    sum    BIGINT NOT NULL,
    PRIMARY KEY (what, grain, slot, of, label, bucket)
);

CREATE TABLE samples (
    what   TEXT NOT NULL,
    minute BIGINT NOT NULL,
    of     UUID NOT NULL,
    value  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (what, minute, of)
);

-- ===== Destinations and what goes to them =====

CREATE TABLE destinations (
    id            UUID PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL UNIQUE,
    origin        TEXT NOT NULL,                        -- scheme, host and port, the only part of its URL that is shown
    sealed_target BYTEA,                                -- JSON: URL and headers; NULL once it is removed
    endpoint_ids  JSONB NOT NULL,                       -- JSON: "all", or a list of ids, of which none may be left: that is nothing, not all
    types         JSONB NOT NULL,                       -- JSON list of event types, `*` at the end of a prefix; empty: every type
    condition     TEXT,                                 -- CEL; NULL: every event of these
    policy        JSONB NOT NULL,                       -- JSON: timeout, retries, limits, what is kept of answers
    ordered       BOOLEAN NOT NULL,                     -- the same as in `policy`, for SQL: events of one resource wait for each other
    sealed        BYTEA NOT NULL,                       -- the signing secret
    old_sealed    BYTEA,                                -- the one before, which signs too until `old_until`
    old_until     BIGINT,
    failures      BIGINT NOT NULL DEFAULT 0,            -- attempts in a row that it did not answer, or with 5xx
    open_until    BIGINT,                               -- set after too many of them: until then nothing is sent
    paused_at     BIGINT,
    paused_why    TEXT,
    removed_at    BIGINT,                               -- set: it is gone for everybody, and what was queued for it is being deleted
    created_at    BIGINT NOT NULL,
    created_by    TEXT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);

-- What edited replays send, once for all of them. Deleted with the last of its forwards.
CREATE TABLE edits (
    id      BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    headers TEXT NOT NULL,                              -- one `Name: value` a line
    body    BYTEA NOT NULL
);

-- What is to be sent, once per event and destination, and once per replay. Written in the transaction that accepts the
-- event. Its id grows, so that each destination is served in order.
CREATE TABLE forwards (
    id             BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    delivery_id    BIGINT NOT NULL,
    destination_id UUID NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL,                       -- forward, or replay
    mode           TEXT NOT NULL,                       -- fresh, verbatim or edited
    state          TEXT NOT NULL,                       -- queued, delivered, dead or skipped
    attempts       BIGINT NOT NULL DEFAULT 0,
    next_at        BIGINT NOT NULL,                     -- when it may be tried; when it died
    planned_at     BIGINT NOT NULL,                     -- when `next_at` was set
    lease_until    BIGINT NOT NULL DEFAULT 0,           -- until then an attempt is under way
    claim          BIGINT NOT NULL DEFAULT 0,           -- drawn anew by each claim: only the last may write
    lost           BIGINT NOT NULL DEFAULT 0,           -- claims in a row that came to nothing
    urgent_at      BIGINT,                              -- since when a person waits for it
    blocked        BOOLEAN NOT NULL DEFAULT FALSE,      -- an earlier one of its resource is queued
    held           BOOLEAN NOT NULL DEFAULT FALSE,      -- its job is paused
    untold         BOOLEAN NOT NULL DEFAULT FALSE,      -- skipped: the condition could not be told
    resource       TEXT COLLATE "C",                    -- set where one waits for the other of the same resource
    webhook_id     TEXT,                                -- NULL: the event's own
    edit_id        BIGINT,                              -- what is sent, in mode `edited`
    job_id         UUID,                                -- the job that queued it
    note           TEXT,                                -- why it was skipped
    actor          TEXT,                                -- who asked for the replay
    created_at     BIGINT NOT NULL
);
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
CREATE FUNCTION forwards_wait_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE forwards f SET blocked = TRUE WHERE f.id = NEW.id AND EXISTS (
        SELECT 1 FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued' AND e.id < NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER forwards_wait_in_line AFTER INSERT ON forwards FOR EACH ROW
WHEN (NEW.resource IS NOT NULL AND NEW.state = 'queued') EXECUTE FUNCTION forwards_wait_in_line();

-- `OLD` left the queue, or is deleted.
CREATE FUNCTION forwards_next_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE forwards f SET blocked = FALSE WHERE f.id = (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = OLD.destination_id AND e.resource = OLD.resource
        AND e.state = 'queued');
    RETURN NULL;
END $$;
CREATE TRIGGER forwards_next_in_line AFTER UPDATE OF state ON forwards FOR EACH ROW
WHEN (NEW.resource IS NOT NULL AND OLD.state = 'queued' AND NEW.state <> 'queued')
EXECUTE FUNCTION forwards_next_in_line();
CREATE TRIGGER forwards_leave_the_line AFTER DELETE ON forwards FOR EACH ROW
WHEN (OLD.resource IS NOT NULL AND OLD.state = 'queued') EXECUTE FUNCTION forwards_next_in_line();

CREATE FUNCTION forwards_back_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE forwards f SET blocked = EXISTS (
        SELECT 1 FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued' AND e.id < f.id)
    WHERE f.id IN (NEW.id, (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
        AND e.state = 'queued' AND e.id <> NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER forwards_back_in_line AFTER UPDATE OF state ON forwards FOR EACH ROW
WHEN (NEW.resource IS NOT NULL AND OLD.state <> 'queued' AND NEW.state = 'queued')
EXECUTE FUNCTION forwards_back_in_line();

CREATE FUNCTION forwards_last_of_an_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM edits WHERE id = OLD.edit_id AND NOT EXISTS (SELECT 1 FROM forwards e WHERE e.edit_id = OLD.edit_id);
    RETURN NULL;
END $$;
CREATE TRIGGER forwards_last_of_an_edit AFTER DELETE ON forwards FOR EACH ROW
WHEN (OLD.edit_id IS NOT NULL) EXECUTE FUNCTION forwards_last_of_an_edit();

-- Each request that was made.
CREATE TABLE attempts (
    id         BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    forward_id BIGINT NOT NULL REFERENCES forwards (id) ON DELETE CASCADE,
    at         BIGINT NOT NULL,
    status     INTEGER,                                 -- of the answer; NULL: there was none
    error      TEXT,                                    -- code of why not: timeout, refused, dns, tls, blocked-address …
    message    TEXT,                                    -- the same for people
    ms         BIGINT NOT NULL,
    request    TEXT NOT NULL,                           -- headers that were sent, one a line
    headers    TEXT NOT NULL,                           -- of the answer, one a line
    body       BYTEA NOT NULL                           -- of the answer, as much as the destination says
);
CREATE INDEX attempts_by_forward ON attempts (forward_id, id);

-- ===== Long work =====

-- Work on many deliveries, done in slices. It goes on after a restart. One that stops takes back what it queued, in
-- slices too; one that pauses or goes on says so to what it queued.
CREATE TABLE jobs (
    id           UUID PRIMARY KEY,
    kind         TEXT NOT NULL,
    filter       TEXT NOT NULL,                         -- query string of the list it was started from
    destinations JSONB NOT NULL DEFAULT '[]',           -- replay: JSON list of ids
    mode         TEXT NOT NULL DEFAULT 'fresh',         -- replay: as in `forwards`
    rate         BIGINT,                                -- replay: requests a minute; NULL: as fast as they go
    before_id    BIGINT NOT NULL,                       -- deliveries from here on are not part of it
    cursor       BIGINT NOT NULL,                       -- everything up to here is done
    state        TEXT NOT NULL,
    sweep        BOOLEAN NOT NULL DEFAULT FALSE,        -- what it queued is still to be told of its state
    note         TEXT,                                  -- why it failed
    seen         BIGINT NOT NULL DEFAULT 0,
    changed      BIGINT NOT NULL DEFAULT 0,             -- accepted, or queued
    total        BIGINT NOT NULL,                       -- how many there were when it began
    actor        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX jobs_to_work_on ON jobs (created_at, id) WHERE state IN ('running', 'stopping') OR sweep = TRUE;

-- An endpoint or destination that a person removed is gone at once for everybody; what it leaves behind is deleted in
-- slices, one stage after the other.
CREATE TABLE removals (
    object_id  UUID PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,                           -- at the time
    stage      BIGINT NOT NULL DEFAULT 0,               -- what is being deleted; see src/db/removals.rs
    cursor     BIGINT NOT NULL DEFAULT 0,               -- how far the stage has come
    deleted    BIGINT NOT NULL DEFAULT 0,               -- deliveries of an endpoint, forwards to a destination
    created_at BIGINT NOT NULL
);

-- Copies that the server makes by itself: when, where to and how many stay. There is one plan, whose id is all zeros …
CREATE TABLE backup_plan (
    id           UUID PRIMARY KEY,
    enabled      BOOLEAN NOT NULL,
    every_hours  BIGINT,                                -- one of these two is set
    daily_minute BIGINT,                                -- minute of the day, UTC
    folder       TEXT NOT NULL,                         -- below the folder that the operator allows; empty: that one itself
    keep_last    BIGINT NOT NULL,
    keep_days    BIGINT NOT NULL,                       -- besides, the last one of each of so many days …
    keep_weeks   BIGINT NOT NULL,                       -- … and of so many weeks
    sealed       BYTEA,                                 -- the passphrase; NULL: copies are not encrypted
    asked_at     BIGINT,                                -- when a person asked for one now; NULL once it is begun
    asked_by     TEXT,
    enabled_at   BIGINT,
    failures     BIGINT NOT NULL DEFAULT 0              -- copies that failed, ever: never set back
);

-- … and each one that was made.
CREATE TABLE backups (
    id         UUID PRIMARY KEY,
    file       TEXT NOT NULL,                           -- path below the folder that the operator allows
    state      TEXT NOT NULL,
    encrypted  BOOLEAN NOT NULL,
    actor      TEXT,                                    -- who asked for it; NULL: it was due
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    bytes      BIGINT,                                  -- size of the file
    row_count  BIGINT,                                  -- rows of all its tables
    problem    TEXT                                     -- why it failed, or what is odd about it
);
CREATE INDEX backups_by_time ON backups (started_at);
CREATE INDEX backups_by_state ON backups (state, started_at);

-- ===== Alerts =====

-- Where news of incidents goes.
CREATE TABLE channels (
    id           UUID PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    settings     JSONB NOT NULL,                        -- JSON: what may be read by everyone who is logged in
    sealed       BYTEA NOT NULL,                        -- JSON: what is secret (password, URL, key)
    min_severity BIGINT NOT NULL,                       -- 0 info, 1 warning, 2 critical: what is below is not sent
    paused_at    BIGINT,
    failures     BIGINT NOT NULL DEFAULT 0,             -- tries in a row that it did not take
    error        TEXT,                                  -- why the last of them failed; NULL after one that it took
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

-- What is watched.
CREATE TABLE alert_rules (
    id             UUID PRIMARY KEY,
    kind           TEXT NOT NULL,
    endpoint_id    UUID REFERENCES endpoints (id) ON DELETE CASCADE,-- of rules about an endpoint
    destination_id UUID REFERENCES destinations (id) ON DELETE CASCADE,-- of rules about a destination
    settings       JSONB NOT NULL,                      -- JSON: threshold, window, least, recovery, cooldown, severity …
    enabled        BOOLEAN NOT NULL,
    created_at     BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX alert_rules_by_endpoint ON alert_rules (endpoint_id) WHERE endpoint_id IS NOT NULL;
CREATE INDEX alert_rules_by_destination ON alert_rules (destination_id) WHERE destination_id IS NOT NULL;

-- What was given its usual rules already: those that a person removed do not come back.
CREATE TABLE alert_presets (
    object_id UUID PRIMARY KEY                          -- of an endpoint or a destination; all zeros: the server itself
);

-- A period in which a rule held. It says by itself what it was about: rule and object may be gone.
CREATE TABLE incidents (
    id              UUID PRIMARY KEY,
    rule_id         UUID NOT NULL,
    kind            TEXT NOT NULL,
    endpoint_id     UUID,
    destination_id  UUID,
    object          TEXT,                               -- name of the endpoint or destination at the time
    severity        BIGINT NOT NULL,
    title           TEXT NOT NULL,
    detail          TEXT NOT NULL,                      -- a sentence with the figures at the opening
    settings        JSONB NOT NULL,                     -- JSON: those of the rule at the time
    value           DOUBLE PRECISION NOT NULL,          -- at the last look
    worst           DOUBLE PRECISION NOT NULL,
    opened_at       BIGINT NOT NULL,
    acknowledged_at BIGINT,
    acknowledged_by TEXT,
    reminded_at     BIGINT,
    recovered_at    BIGINT,                             -- the condition did not hold any more
    resolved_at     BIGINT,                             -- a person closed it
    resolved_by     TEXT,
    ended_at        BIGINT                              -- the first of the two; NULL: it is open
);
-- A rule has one open incident at most.
CREATE UNIQUE INDEX incidents_open ON incidents (rule_id) WHERE ended_at IS NULL;
CREATE INDEX incidents_by_rule ON incidents (rule_id, opened_at);
CREATE INDEX incidents_by_time ON incidents (opened_at);

-- What happened in an incident, in order.
CREATE TABLE incident_entries (
    id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    incident_id UUID NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at          BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    actor       TEXT,                                   -- NULL: Hookpost itself
    text        TEXT NOT NULL
);
CREATE INDEX incident_entries_by_incident ON incident_entries (incident_id, id);

-- Messages, queued in the transaction of what they tell of. An id never comes twice, so that receivers can tell repeats.
CREATE TABLE notices (
    id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    incident_id UUID,                                   -- NULL: a test of the channel
    channel_id  UUID NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    content     JSONB NOT NULL,                         -- JSON: what is told
    state       TEXT NOT NULL,                          -- queued, sent or failed
    attempts    BIGINT NOT NULL DEFAULT 0,
    next_at     BIGINT NOT NULL,                        -- when it may be tried
    error       TEXT,                                   -- why the last try failed
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT
);
CREATE INDEX notices_queued ON notices (channel_id, id) WHERE state = 'queued';
CREATE INDEX notices_by_incident ON notices (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX notices_by_channel ON notices (channel_id, id);
