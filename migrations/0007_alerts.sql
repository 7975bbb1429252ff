-- Alerts: rules that watch, incidents in which they held, channels that carry the news, and what was sent over them.

-- Where news of incidents goes.
CREATE TABLE channels (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL CHECK (kind IN ('email', 'slack', 'discord', 'teams', 'webhook', 'pagerduty')),
    settings     TEXT NOT NULL,                        -- JSON: what may be read by everyone who is logged in
    sealed       BLOB NOT NULL,                        -- JSON: what is secret (password, URL, key), sealed as in `secrets`
    min_severity INTEGER NOT NULL,                     -- 0 info, 1 warning, 2 critical: what is below is not sent
    paused_at    INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,           -- tries in a row that it did not take
    error        TEXT,                                 -- why the last of them failed; NULL after one that it took
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL
) STRICT;

-- What is watched.
CREATE TABLE alert_rules (
    id             BLOB PRIMARY KEY,
    kind           TEXT NOT NULL,
    endpoint_id    BLOB REFERENCES endpoints (id) ON DELETE CASCADE,       -- of rules about an endpoint
    destination_id BLOB REFERENCES destinations (id) ON DELETE CASCADE,    -- of rules about a destination
    settings       TEXT NOT NULL,                      -- JSON: threshold, window, least, recovery, cooldown, severity …
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_rules_by_endpoint ON alert_rules (endpoint_id) WHERE endpoint_id IS NOT NULL;
CREATE INDEX alert_rules_by_destination ON alert_rules (destination_id) WHERE destination_id IS NOT NULL;

-- What was given its usual rules already: those that a person removed do not come back.
CREATE TABLE alert_presets (
    object_id BLOB PRIMARY KEY                         -- of an endpoint or a destination; empty: the server itself
) STRICT;

-- A period in which a rule held. It says by itself what it was about: rule and object may be gone.
CREATE TABLE incidents (
    id              BLOB PRIMARY KEY,
    rule_id         BLOB NOT NULL,
    kind            TEXT NOT NULL,
    endpoint_id     BLOB,
    destination_id  BLOB,
    object          TEXT NOT NULL,                     -- name of the endpoint or destination at the time; may be empty
    severity        INTEGER NOT NULL,
    title           TEXT NOT NULL,
    detail          TEXT NOT NULL,                     -- a sentence with the figures at the opening
    settings        TEXT NOT NULL,                     -- JSON: those of the rule at the time
    value           REAL NOT NULL,                     -- at the last look
    worst           REAL NOT NULL,
    opened_at       INTEGER NOT NULL,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    reminded_at     INTEGER,
    recovered_at    INTEGER,                           -- the condition did not hold any more
    resolved_at     INTEGER,                           -- a person closed it
    resolved_by     TEXT,
    ended_at        INTEGER                            -- the first of the two; NULL: it is open
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
    kind        TEXT NOT NULL CHECK (kind IN ('opened', 'acknowledged', 'note', 'reminded', 'recovered', 'resolved')),
    actor       TEXT,                                  -- NULL: Hookpost itself
    text        TEXT NOT NULL
) STRICT;
CREATE INDEX incident_entries_by_incident ON incident_entries (incident_id, id);

-- Messages, queued in the transaction of what they tell of. An id never comes twice, so that receivers can tell repeats.
CREATE TABLE notices (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id BLOB,                                  -- NULL: a test of the channel
    channel_id  BLOB NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('opened', 'reminder', 'recovered', 'resolved', 'test')),
    content     TEXT NOT NULL,                         -- JSON: what is told
    state       TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,                      -- when it may be tried
    error       TEXT,                                  -- why the last try failed
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER
) STRICT;
CREATE INDEX notices_queued ON notices (channel_id, id) WHERE state = 'queued';
CREATE INDEX notices_by_incident ON notices (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX notices_by_channel ON notices (channel_id, id);

-- What is not counted but looked at once a minute. The largest value within the minute.
--   queue_age   of a destination: ms that the oldest waiting forward has waited
--   disk_used   of the server: percent of the file system that holds the database
CREATE TABLE gauge_minutes (
    gauge     TEXT NOT NULL CHECK (gauge IN ('queue_age', 'disk_used')),
    object_id BLOB NOT NULL,                           -- empty: the server itself
    minute    INTEGER NOT NULL,                        -- unix minutes
    value     REAL NOT NULL,
    PRIMARY KEY (gauge, object_id, minute)
) STRICT, WITHOUT ROWID;
