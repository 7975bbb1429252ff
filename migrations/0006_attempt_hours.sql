-- Attempts by hour beside those by minute, so that a page that shows a month reads some hundred rows.
CREATE TABLE attempt_hours (
    destination_id BLOB NOT NULL,
    hour           INTEGER NOT NULL,                   -- unix hours
    class          TEXT NOT NULL,
    bucket         INTEGER NOT NULL,                   -- ms: a bound
    count          INTEGER NOT NULL,
    PRIMARY KEY (destination_id, hour, class, bucket)
) STRICT, WITHOUT ROWID;

INSERT INTO attempt_hours (destination_id, hour, class, bucket, count)
SELECT destination_id, minute / 60, class, bucket, sum(count) FROM attempt_minutes GROUP BY 1, 2, 3, 4;
