-- Forwards that are written down once whoever claimed them, whose tries are requests that were made, and that wait in
-- line without being looked at; edits that are kept once; jobs that stop in slices.

-- What marks our own forwards, so that one that comes back is recognised.
CREATE TABLE instance (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        TEXT NOT NULL
) STRICT;
INSERT INTO instance VALUES (1, lower(hex(randomblob(16))));

-- What edited replays send, once for all of them. Deleted with the last of its forwards.
CREATE TABLE edits (
    id      INTEGER PRIMARY KEY,
    headers TEXT NOT NULL,                             -- one `Name: value` a line
    body    BLOB NOT NULL
) STRICT;

ALTER TABLE forwards ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;      -- drawn anew by each claim: only the last may write
ALTER TABLE forwards ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;       -- claims in a row that came to nothing
ALTER TABLE forwards ADD COLUMN planned_at INTEGER NOT NULL DEFAULT 0; -- when `next_at` was set; 0: not known
ALTER TABLE forwards ADD COLUMN urgent_at INTEGER;                     -- since when a person waits for it
ALTER TABLE forwards ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)); -- an earlier one of its resource is queued
ALTER TABLE forwards ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));       -- its job is paused
ALTER TABLE forwards ADD COLUMN untold INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1));   -- skipped: the condition could not be told
ALTER TABLE forwards ADD COLUMN edit_id INTEGER;

INSERT INTO edits (id, headers, body)
SELECT id, coalesce(edited_headers, ''), edited_body FROM forwards WHERE edited_body IS NOT NULL;
UPDATE forwards SET edit_id = id WHERE edited_body IS NOT NULL;
ALTER TABLE forwards DROP COLUMN edited_headers;
ALTER TABLE forwards DROP COLUMN edited_body;

UPDATE forwards SET blocked = 1 WHERE state = 'queued' AND resource IS NOT NULL AND EXISTS (
    SELECT 1 FROM forwards e WHERE e.destination_id = forwards.destination_id AND e.resource = forwards.resource
    AND e.state = 'queued' AND e.id < forwards.id);

DROP INDEX forwards_queued;
CREATE INDEX forwards_queued ON forwards (destination_id, blocked, held, next_at) WHERE state = 'queued';
CREATE INDEX forwards_urgent ON forwards (destination_id, urgent_at) WHERE state = 'queued' AND urgent_at IS NOT NULL;
CREATE INDEX forwards_leased ON forwards (destination_id, resource) WHERE lease_until > 0;
CREATE INDEX forwards_untold ON forwards (destination_id, id) WHERE untold = 1;
CREATE INDEX forwards_by_edit ON forwards (edit_id) WHERE edit_id IS NOT NULL;
DROP INDEX forwards_by_job;
CREATE INDEX forwards_by_job ON forwards (job_id, state, attempts, held, destination_id) WHERE job_id IS NOT NULL;

-- Where order is kept, the first of each resource goes and the others wait. Triggers keep that true whoever changes or
-- deletes a forward: one that was forgotten would wait for ever.
CREATE TRIGGER forwards_wait_in_line AFTER INSERT ON forwards
WHEN NEW.resource IS NOT NULL AND NEW.state = 'queued' AND EXISTS (
    SELECT 1 FROM forwards e WHERE e.destination_id = NEW.destination_id AND e.resource = NEW.resource
    AND e.state = 'queued' AND e.id < NEW.id)
BEGIN
    UPDATE forwards SET blocked = 1 WHERE id = NEW.id;
END;

CREATE TRIGGER forwards_next_in_line AFTER UPDATE OF state ON forwards
WHEN NEW.resource IS NOT NULL AND OLD.state = 'queued' AND NEW.state <> 'queued'
BEGIN
    UPDATE forwards SET blocked = 0 WHERE id = (
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
    UPDATE forwards SET blocked = 0 WHERE id = (
        SELECT min(e.id) FROM forwards e WHERE e.destination_id = OLD.destination_id AND e.resource = OLD.resource
        AND e.state = 'queued');
END;

CREATE TRIGGER forwards_last_of_an_edit AFTER DELETE ON forwards
WHEN OLD.edit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM forwards e WHERE e.edit_id = OLD.edit_id)
BEGIN
    DELETE FROM edits WHERE id = OLD.edit_id;
END;

-- A job that stops takes back what it queued, in slices; one that pauses or goes on says so to what it queued.
CREATE TABLE jobs_new (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('reverify', 'replay')),
    filter       TEXT NOT NULL,                        -- query string of the list it was started from
    destinations TEXT NOT NULL DEFAULT '[]',           -- replay: JSON list of ids
    mode         TEXT NOT NULL DEFAULT 'fresh' CHECK (mode IN ('fresh', 'verbatim')), -- replay
    rate         INTEGER,                              -- replay: requests a minute; NULL: as fast as they go
    before_id    INTEGER NOT NULL,                     -- deliveries from here on are not part of it
    cursor       INTEGER NOT NULL,                     -- everything up to here is done
    state        TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopping', 'done', 'cancelled', 'failed')),
    sweep        INTEGER NOT NULL DEFAULT 0 CHECK (sweep IN (0, 1)), -- what it queued is still to be told of its state
    note         TEXT,                                 -- why it failed
    seen         INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,           -- accepted, or queued
    total        INTEGER NOT NULL,                     -- how many there were when it began
    user_id      BLOB,
    actor        TEXT NOT NULL,
    client       TEXT,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
INSERT INTO jobs_new (id, kind, filter, destinations, mode, rate, before_id, cursor, state, sweep, seen, changed, total,
                      user_id, actor, client, created_at, ended_at)
SELECT id, kind, filter, destinations, mode, rate, before_id, cursor, state, state = 'paused', seen, changed, total,
       user_id, actor, client, created_at, ended_at FROM jobs;
DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;
CREATE INDEX jobs_to_work_on ON jobs (created_at, id) WHERE state IN ('running', 'stopping') OR sweep = 1;
