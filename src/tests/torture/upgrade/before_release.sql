-- The beginnings of a database that commit 9627430 made: its first migration is not ours.
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO "_sqlx_migrations" VALUES(1,'initial','2026-11-25 14:07:56',1,X'29F734E5C722499CF1541A67E41187CAF7D292E330D6820B8E9B888C1852B15337CD97F19B8039E561618AB8707AC69E',3195586);
INSERT INTO "_sqlx_migrations" VALUES(2,'verification','2026-11-25 14:07:56',1,X'5F1586E7C1C0EB1ED7653F2C51AA762242DD0501F37F12DAE8BE5DF9BAED9572CDD54E51C3927D3F425D3EAB0A2EA024',5298643);
INSERT INTO "_sqlx_migrations" VALUES(3,'forwarding','2026-11-25 14:07:56',1,X'C7FD11C46BE4846AB6FD9BF75A6E288342CB1D7F2FA4B3DA0B74CA750867ADF870E2AD6E4C3BEB8EDCB34766234D90CC',3974291);
INSERT INTO "_sqlx_migrations" VALUES(4,'replay','2026-11-25 14:07:56',1,X'EBA0ECF10533AA622FD7706365266FC8EA85953EB928349C60E11E77ED0ED7F9D2E7D6E6331BD260F071F28F0DD8E793',13288209);
INSERT INTO "_sqlx_migrations" VALUES(5,'measures','2026-11-25 14:07:56',1,X'5D7952736ACB80D7B0A57EFA8DB48B05E044D73AD6E80D2BD7EECEB9A455542875D465E93858FE4F299D16454A770E5E',3985010);
INSERT INTO "_sqlx_migrations" VALUES(6,'attempt hours','2026-11-25 14:07:56',1,X'6A20FED2FB02DA9C61E3A4CB5C3092088787C21B0D0E92E772ED4450FD5772F5CFFE7E28304C27DDEE7E8DCEDF99CC4B',3957729);
INSERT INTO "_sqlx_migrations" VALUES(7,'alerts','2026-11-25 14:07:56',1,X'B96263F1B6115065790C4888F13104661D4F9D058E8E6061022AE24B96D5798C157754D9CF8466E32C5931EA3CBCF10D',3815574);
CREATE TABLE config_revision (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    revision  INTEGER NOT NULL
) STRICT;
INSERT INTO "config_revision" VALUES(1,10);
CREATE TABLE deliveries (
    id            INTEGER PRIMARY KEY,
    endpoint_id   BLOB NOT NULL,
    received_at   INTEGER NOT NULL,
    outcome       TEXT NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'rejected')),
    reason        TEXT,                                 -- why it was rejected
    secret_id     BLOB,                                 -- the secret that matched
    old_secret    INTEGER NOT NULL,                     -- 1: it matched a secret that is expiring
    event_key     TEXT,                                 -- `webhook-id` or the scheme's own; claimed only, when rejected
    try_number    INTEGER NOT NULL,                     -- the n-th delivery that bears the key, 1 when there is none
    event_type    TEXT,
    event_id      TEXT,                                 -- body `id` (`evt_…`)
    resource      TEXT,                                 -- body `data.id` (`batch_…`)
    created_at    INTEGER,                              -- when the sender made the event (body `created_at`, `timestamp`)
    client        TEXT NOT NULL,                        -- the sender's address
    body_size     INTEGER NOT NULL,
    answer_status INTEGER NOT NULL,
    answer_us     INTEGER NOT NULL                      -- microseconds from the head of the request to the start of the commit
, reverified_at INTEGER) STRICT;
INSERT INTO "deliveries" VALUES(7354841811947520,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676741,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_0',1,'batch.failed','evt_0','batch_0',1795615675000,'127.0.0.1',125,200,4834,NULL);
INSERT INTO "deliveries" VALUES(7354841811992576,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676755,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_1',1,'batch.completed','evt_1','batch_1',1795615675000,'127.0.0.1',128,200,1635,NULL);
INSERT INTO "deliveries" VALUES(7354841812004864,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676759,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_2',1,'batch.completed','evt_2','batch_2',1795615675000,'127.0.0.1',128,200,428,NULL);
CREATE TABLE endpoints (
    id             BLOB PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    key            TEXT NOT NULL UNIQUE,                -- the last part of the ingest URL, 128 random bits
    scheme         TEXT NOT NULL,
    enabled        INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    body_limit     INTEGER,                             -- bytes; NULL: the server's setting
    retention_days INTEGER NOT NULL DEFAULT 90 CHECK (retention_days > 0),
    created_at     INTEGER NOT NULL
, hmac TEXT, pruned_to INTEGER) STRICT;
INSERT INTO "endpoints" VALUES(X'01A21308D6FB74CC9EFB7CACFFA6EC84','prod-openai','55eb497244e9b93273e83fa14ecf70fd','openai',1,NULL,90,1795615676155,NULL,NULL);
INSERT INTO "endpoints" VALUES(X'01A21308D72D70A38CB2100F9F0F5DF1','hub','cfb38c828a0b832e25926ac8421fa605','github',1,NULL,90,1795615676205,NULL,NULL);
INSERT INTO "endpoints" VALUES(X'01A21308D756709290E34A87E4997EB1','removed-later','9a301346a36ff0dd9bb1315d14b1ee57','none',1,NULL,90,1795615676246,NULL,NULL);
CREATE TABLE key_check (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        BLOB NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;
INSERT INTO "key_check" VALUES(1,X'4938A7D1BCB6D9A55356C386DD475837',X'B676BCBF2A5F8CA4430E542BEB71D408CC5B82EF045575E0A888A4C3DFD9D12857F15F51752A8F8ACA920884ACF7C6600EA9143D3FE5577D944B54');
