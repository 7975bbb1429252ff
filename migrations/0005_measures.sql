-- What health pages, alerts and metrics are made of: counts by minute and by hour, written in the transaction of the
-- rows they count. They take the place of `rollup_minutes`.

-- Bounds of histograms: a value is counted at the smallest that it does not exceed. Steps of about 1.6, five a decade;
-- the same as in `src/model/histogram.rs`, here for counting rows in SQL.
CREATE TABLE histogram_bounds (bound INTEGER PRIMARY KEY) STRICT;
INSERT INTO histogram_bounds VALUES
    (0), (1), (2), (3), (4), (6), (10), (16), (25), (40), (63), (100), (160), (250), (400), (630), (1000),
    (1600), (2500), (4000), (6300), (10000), (16000), (25000), (40000), (63000), (100000), (160000), (250000),
    (400000), (630000), (1000000), (1600000), (2500000), (4000000), (6300000), (10000000), (16000000),
    (25000000), (40000000), (63000000), (100000000), (160000000), (250000000), (400000000), (630000000),
    (1000000000), (1600000000), (2500000000), (4000000000), (6300000000), (10000000000), (16000000000),
    (25000000000), (40000000000), (63000000000), (100000000000), (160000000000), (250000000000),
    (400000000000), (630000000000), (1000000000000), (1600000000000), (2500000000000), (4000000000000),
    (6300000000000);

-- `measure` says what is counted, `label` and `bucket` what of it:
--   accepted, duplicate   by event type ('' for none)
--   rejected              by reason
--   retry                 deliveries that are not the first with their event key
--   lag                   accepted ones by the time from `created_at` to `received_at`, ms
--   answer                all by the time we took to answer, microseconds
CREATE TABLE measure_minutes (
    measure     TEXT NOT NULL CHECK (measure IN ('accepted', 'duplicate', 'rejected', 'retry', 'lag', 'answer')),
    minute      INTEGER NOT NULL,                      -- unix minutes of `received_at`
    endpoint_id BLOB NOT NULL,
    label       TEXT NOT NULL,
    bucket      INTEGER NOT NULL,                      -- a bound; 0 where nothing is measured
    count       INTEGER NOT NULL,
    PRIMARY KEY (measure, minute, endpoint_id, label, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE measure_hours (
    measure     TEXT NOT NULL CHECK (measure IN ('accepted', 'duplicate', 'rejected', 'retry', 'lag', 'answer')),
    hour        INTEGER NOT NULL,                      -- unix hours
    endpoint_id BLOB NOT NULL,
    label       TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (measure, hour, endpoint_id, label, bucket)
) STRICT, WITHOUT ROWID;

-- Until here rows of an endpoint were deleted: counts of minutes up to it say more than the rows do.
ALTER TABLE endpoints ADD COLUMN pruned_to INTEGER;    -- unix ms of `received_at`; NULL: all rows are there

INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count)
SELECT outcome, received_at / 60000, endpoint_id,
       CASE outcome WHEN 'rejected' THEN coalesce(reason, '') ELSE coalesce(event_type, '') END, 0, count(*)
FROM deliveries GROUP BY 1, 2, 3, 4;

INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count)
SELECT 'retry', received_at / 60000, endpoint_id, '', 0, count(*)
FROM deliveries WHERE try_number > 1 GROUP BY 2, 3;

INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count)
SELECT 'lag', received_at / 60000, endpoint_id, '',
       (SELECT min(bound) FROM histogram_bounds WHERE bound >= max(received_at - created_at, 0)) AS bucket, count(*)
FROM deliveries WHERE outcome = 'accepted' AND created_at IS NOT NULL GROUP BY 2, 3, 5;

INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count)
SELECT 'answer', received_at / 60000, endpoint_id, '',
       (SELECT min(bound) FROM histogram_bounds WHERE bound >= max(answer_us, 0)) AS bucket, count(*)
FROM deliveries GROUP BY 2, 3, 5;

-- What was counted of rows that are deleted by now is kept, without its type or reason.
INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count)
SELECT * FROM (
    SELECT o.outcome, r.minute, r.endpoint_id, '' AS label, 0 AS bucket,
           CASE o.outcome WHEN 'accepted' THEN r.accepted WHEN 'duplicate' THEN r.duplicate ELSE r.rejected END
           - coalesce((SELECT sum(m.count) FROM measure_minutes m WHERE m.measure = o.outcome AND m.minute = r.minute
                       AND m.endpoint_id = r.endpoint_id), 0) AS count
    FROM rollup_minutes r, (SELECT 'accepted' AS outcome UNION ALL SELECT 'duplicate' UNION ALL SELECT 'rejected') o
) WHERE count > 0
ON CONFLICT DO UPDATE SET count = count + excluded.count;

INSERT INTO measure_hours (measure, hour, endpoint_id, label, bucket, count)
SELECT measure, minute / 60, endpoint_id, label, bucket, sum(count) FROM measure_minutes GROUP BY 1, 2, 3, 4, 5;

DROP TABLE rollup_minutes;
