-- Header values that are credentials are sealed, those of rows from before too.

-- Keys that seal what there is much of, themselves sealed with the master key: another master key reseals only these.
CREATE TABLE data_keys (
    purpose TEXT PRIMARY KEY CHECK (purpose IN ('headers')),
    id      BLOB NOT NULL,                             -- what the key is bound to
    sealed  BLOB NOT NULL
) STRICT;

-- The values for which a mark stands in `headers`, `name: value\r\n` each, sealed with the key `headers` for the row's
-- endpoint and time of receipt. NULL: the request had none.
ALTER TABLE payloads ADD COLUMN sealed_headers BLOB;

-- Header names whose values are credentials besides those that always are; JSON list, lower case.
ALTER TABLE endpoints ADD COLUMN secret_headers TEXT NOT NULL DEFAULT '[]';

-- Rows that are still to be looked at, in slices: those from before this migration, and those from before a name was added.
CREATE TABLE header_passes (
    id          INTEGER PRIMARY KEY,
    endpoint_id BLOB REFERENCES endpoints (id) ON DELETE CASCADE, -- NULL: all
    cursor      INTEGER NOT NULL,                      -- id of a delivery: everything up to here is done
    up_to       INTEGER NOT NULL,                      -- id: up to this one
    ends_at     INTEGER NOT NULL                       -- unix ms: until then rows may come that do not know the name yet
) STRICT;
CREATE UNIQUE INDEX header_passes_by_endpoint ON header_passes (endpoint_id) WHERE endpoint_id IS NOT NULL;
INSERT INTO header_passes (endpoint_id, cursor, up_to, ends_at)
SELECT NULL, 0, max(id), 0 FROM deliveries HAVING max(id) IS NOT NULL;
