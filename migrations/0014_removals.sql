-- What a server should still do when years have passed and much is stored.

-- When the clock was last believed: one that leaps ahead deletes nothing.
CREATE TABLE clock (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    seen_at   INTEGER NOT NULL                         -- unix ms
) STRICT;

-- An endpoint or destination that a person removed is gone at once for everybody; what it leaves behind is deleted in
-- slices, one stage after the other.
CREATE TABLE removals (
    object_id  BLOB PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('endpoint', 'destination')),
    name       TEXT NOT NULL,                          -- at the time
    stage      INTEGER NOT NULL DEFAULT 0,             -- what is being deleted; see src/db/removals.rs
    cursor     INTEGER NOT NULL DEFAULT 0,             -- how far the stage has come
    deleted    INTEGER NOT NULL DEFAULT 0,             -- deliveries of an endpoint, forwards to a destination
    created_at INTEGER NOT NULL                        -- unix ms
) STRICT;

ALTER TABLE destinations ADD COLUMN removed_at INTEGER; -- set: it is gone, and what was queued for it is being deleted
