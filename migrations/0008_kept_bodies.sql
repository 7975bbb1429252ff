-- Of large bodies of rejected and duplicate deliveries only the first bytes are kept, with the SHA-256 of all of it.
-- `deliveries.body_size` stays the size that was received.

-- SHA-256 of the whole body, when `body` is only its beginning; NULL: `body` is whole.
ALTER TABLE payloads ADD COLUMN body_sha256 BLOB;
