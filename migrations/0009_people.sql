-- People and programs: sessions without JSON, what is shown once apart from them, devices that are known, tokens with owners.

-- Each part of a session is a column of its own, so that two requests at once never undo what the other one wrote. Open
-- sessions live on. What was to be shown once goes: it may hold the link of an invite in clear.
CREATE TABLE sessions_new (
    token_hash BLOB PRIMARY KEY,                        -- SHA-256 of the cookie's value
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    began_at   INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,                        -- last use by the person, to within a few minutes
    client     TEXT NOT NULL,                           -- address at the login
    expires_at INTEGER NOT NULL                         -- its row can go then; the settings decide when it ends
) STRICT;
INSERT INTO sessions_new (token_hash, user_id, began_at, seen_at, client, expires_at)
SELECT token_hash, user_id, CAST(json_extract(data, '$.since') AS INTEGER), CAST(json_extract(data, '$.seen') AS INTEGER),
       coalesce(json_extract(data, '$.from'), ''), CAST(json_extract(data, '$.since') AS INTEGER) + 604800000
FROM sessions
WHERE user_id IS NOT NULL AND json_extract(data, '$.since') IS NOT NULL AND json_extract(data, '$.seen') IS NOT NULL;
DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;
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

-- Failed logins before this moment do not count: `hookpost user unlock`.
ALTER TABLE users ADD COLUMN unlocked_at INTEGER;

-- A token belongs to a user and ends with it. NULL: the command line made it, or nobody knows any more who did.
ALTER TABLE tokens ADD COLUMN owner_id BLOB REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '';   -- words, separated by spaces
ALTER TABLE tokens ADD COLUMN endpoint_ids TEXT;        -- JSON list of ids; NULL: every endpoint
ALTER TABLE tokens ADD COLUMN last_used_from TEXT;      -- address
CREATE INDEX tokens_by_owner ON tokens (owner_id);
UPDATE tokens SET owner_id = (SELECT u.id FROM users u WHERE u.email = tokens.created_by);
UPDATE tokens SET scopes = CASE role
    WHEN 'viewer' THEN 'read' WHEN 'member' THEN 'read replay ingest' ELSE 'read replay ingest admin' END;
-- Who is disabled already has no token either, not even after being enabled again.
UPDATE tokens SET revoked_at = (SELECT u.disabled_at FROM users u WHERE u.id = tokens.owner_id)
WHERE revoked_at IS NULL AND owner_id IN (SELECT id FROM users WHERE disabled_at IS NOT NULL);

CREATE INDEX audit_by_action ON audit_entries (action, id);
