-- "All" and "none of them is left" differ in the lists of destinations and rules; a destination's URL and headers are
-- sealed; forms say which version of a row they were made from.

-- Its scheme, host and port, the only part of its URL that is shown. Until `sealed_target` is written both stand in `url` and
-- `headers` in clear: SQL has no key, so the next start seals them, and empties those two.
ALTER TABLE destinations ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE destinations ADD COLUMN sealed_target BLOB;                      -- JSON: URL and headers, sealed as in `secrets`
ALTER TABLE destinations ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE endpoints ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE channels ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alert_rules ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- endpoint_ids: "all", or a list of ids, of which none may be left. First what meant all.
UPDATE destinations SET endpoint_ids = '"all"' WHERE json_array_length(endpoint_ids) = 0;
-- Endpoints that are gone are taken out of the others. What is empty then stays so: it must not come to mean all.
UPDATE destinations SET endpoint_ids = (
    SELECT json_group_array(listed.value) FROM json_each(destinations.endpoint_ids) AS listed
    WHERE upper(replace(listed.value, '-', '')) IN (SELECT hex(id) FROM endpoints)
) WHERE endpoint_ids <> '"all"';

-- The same of the channels that a rule tells. Channels that are gone stay in the list: see what `notices` makes of them.
UPDATE alert_rules SET settings = json_set(settings, '$.channels', 'all')
WHERE json_array_length(settings, '$.channels') = 0 OR json_type(settings, '$.channels') IS NULL;
