BEGIN TRANSACTION;
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
CREATE TABLE alert_presets (
    object_id BLOB PRIMARY KEY                         -- of an endpoint or a destination; empty: the server itself
) STRICT;
INSERT INTO "alert_presets" VALUES(X'01A21308D6FB74CC9EFB7CACFFA6EC84');
INSERT INTO "alert_presets" VALUES(X'');
INSERT INTO "alert_presets" VALUES(X'01A21308D72D70A38CB2100F9F0F5DF1');
INSERT INTO "alert_presets" VALUES(X'01A21308D756709290E34A87E4997EB1');
INSERT INTO "alert_presets" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9');
INSERT INTO "alert_presets" VALUES(X'01A21308D78F76E9B324B574231FAD58');
INSERT INTO "alert_presets" VALUES(X'01A21308D7C27046B1ECE09021E53722');
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
INSERT INTO "alert_rules" VALUES(X'01A21308D6FB74CC9EFB7CAEF7C221FF','silence',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":1440.0,"recovery":1440.0,"window":0,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B25DF48715','verification-failures',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":10.0,"recovery":5.0,"window":60,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B3E8C46683','event-failures',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":20.0,"recovery":10.0,"window":1440,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B4EFF2DFEA','sender-retries',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":5.0,"recovery":5.0,"window":60,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B5AE28C74C','window-closing',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":0.0,"recovery":0.0,"window":3600,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B697C60094','answer-time',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":1000.0,"recovery":1000.0,"window":15,"least":20,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B785D98FC7','secret-expiring',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'{"threshold":0.0,"recovery":0.0,"window":4320,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B8941ADEAE','disk-full',NULL,NULL,'{"threshold":90.0,"recovery":85.0,"window":0,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D6FC75EAA46B98B9D137709A','clock-suspect',NULL,NULL,'{"threshold":50.0,"recovery":25.0,"window":60,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676155,1795615676155);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C16425A92875D6','silence',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":1440.0,"recovery":1440.0,"window":0,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C16426EAD2BE05','verification-failures',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":10.0,"recovery":5.0,"window":60,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C16427B111DF06','event-failures',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":20.0,"recovery":10.0,"window":1440,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C164281B8141BC','sender-retries',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":5.0,"recovery":5.0,"window":60,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C164293461CD95','window-closing',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":0.0,"recovery":0.0,"window":3600,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C1642AFF8E1DEB','answer-time',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":1000.0,"recovery":1000.0,"window":15,"least":20,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D72E76B386C1642BBD19712C','secret-expiring',X'01A21308D72D70A38CB2100F9F0F5DF1',NULL,'{"threshold":0.0,"recovery":0.0,"window":4320,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676205,1795615676205);
INSERT INTO "alert_rules" VALUES(X'01A21308D7577792AAAFE3082D12D5B1','silence',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":1440.0,"recovery":1440.0,"window":0,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF729209CE3BCB','verification-failures',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":10.0,"recovery":5.0,"window":60,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF72934E35F6D5','event-failures',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":20.0,"recovery":10.0,"window":1440,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF7294C64743D6','sender-retries',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":5.0,"recovery":5.0,"window":60,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF729545679A30','window-closing',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":0.0,"recovery":0.0,"window":3600,"least":0,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF729686A0CCAC','answer-time',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":1000.0,"recovery":1000.0,"window":15,"least":20,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D7587569B7DF72971C7F9D29','secret-expiring',X'01A21308D756709290E34A87E4997EB1',NULL,'{"threshold":0.0,"recovery":0.0,"window":4320,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676246,1795615676246);
INSERT INTO "alert_rules" VALUES(X'01A21308D76E7139AF4CCF93F9BCBD58','destination-failing',NULL,X'01A21308D76C73EBBC2FC432D0E451B9','{"threshold":50.0,"recovery":25.0,"window":15,"least":5,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676268,1795615676268);
INSERT INTO "alert_rules" VALUES(X'01A21308D76E7139AF4CCF94B4B169B0','dead-forwards',NULL,X'01A21308D76C73EBBC2FC432D0E451B9','{"threshold":0.0,"recovery":0.0,"window":1440,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676268,1795615676268);
INSERT INTO "alert_rules" VALUES(X'01A21308D76E7139AF4CCF95040D8AF9','forward-time',NULL,X'01A21308D76C73EBBC2FC432D0E451B9','{"threshold":10000.0,"recovery":10000.0,"window":60,"least":20,"cooldown":30,"severity":"info","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676268,1795615676268);
INSERT INTO "alert_rules" VALUES(X'01A21308D76E7139AF4CCF96D01410DB','queue-age',NULL,X'01A21308D76C73EBBC2FC432D0E451B9','{"threshold":15.0,"recovery":15.0,"window":0,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676268,1795615676268);
INSERT INTO "alert_rules" VALUES(X'01A21308D797758F803E33F57F001841','destination-failing',NULL,X'01A21308D78F76E9B324B574231FAD58','{"threshold":50.0,"recovery":25.0,"window":15,"least":5,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676303,1795615676303);
INSERT INTO "alert_rules" VALUES(X'01A21308D797758F803E33F6E78044BB','dead-forwards',NULL,X'01A21308D78F76E9B324B574231FAD58','{"threshold":0.0,"recovery":0.0,"window":1440,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676303,1795615676303);
INSERT INTO "alert_rules" VALUES(X'01A21308D797758F803E33F75DBB90BE','forward-time',NULL,X'01A21308D78F76E9B324B574231FAD58','{"threshold":10000.0,"recovery":10000.0,"window":60,"least":20,"cooldown":30,"severity":"info","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676303,1795615676303);
INSERT INTO "alert_rules" VALUES(X'01A21308D797758F803E33F894F052C6','queue-age',NULL,X'01A21308D78F76E9B324B574231FAD58','{"threshold":15.0,"recovery":15.0,"window":0,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676303,1795615676303);
INSERT INTO "alert_rules" VALUES(X'01A21308D7C475B7A08F55C13027C814','destination-failing',NULL,X'01A21308D7C27046B1ECE09021E53722','{"threshold":50.0,"recovery":25.0,"window":15,"least":5,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676354,1795615676354);
INSERT INTO "alert_rules" VALUES(X'01A21308D7C475B7A08F55C2E3B93824','dead-forwards',NULL,X'01A21308D7C27046B1ECE09021E53722','{"threshold":0.0,"recovery":0.0,"window":1440,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676354,1795615676354);
INSERT INTO "alert_rules" VALUES(X'01A21308D7C475B7A08F55C34EF3D424','forward-time',NULL,X'01A21308D7C27046B1ECE09021E53722','{"threshold":10000.0,"recovery":10000.0,"window":60,"least":20,"cooldown":30,"severity":"info","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676354,1795615676354);
INSERT INTO "alert_rules" VALUES(X'01A21308D7C475B7A08F55C4133919CD','queue-age',NULL,X'01A21308D7C27046B1ECE09021E53722','{"threshold":15.0,"recovery":15.0,"window":0,"least":0,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1,1795615676354,1795615676354);
CREATE TABLE attempt_hours (
    destination_id BLOB NOT NULL,
    hour           INTEGER NOT NULL,                   -- unix hours
    class          TEXT NOT NULL,
    bucket         INTEGER NOT NULL,                   -- ms: a bound
    count          INTEGER NOT NULL,
    PRIMARY KEY (destination_id, hour, class, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO "attempt_hours" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',498782,'2xx',1,6);
INSERT INTO "attempt_hours" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',498782,'2xx',2,1);
INSERT INTO "attempt_hours" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',498782,'2xx',3,4);
INSERT INTO "attempt_hours" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',498782,'2xx',4,1);
INSERT INTO "attempt_hours" VALUES(X'01A21308D78F76E9B324B574231FAD58',498782,'refused',0,9);
CREATE TABLE attempt_minutes (
    destination_id BLOB NOT NULL,
    minute         INTEGER NOT NULL,                   -- unix minutes
    class          TEXT NOT NULL,                      -- 2xx, 3xx, 4xx, 5xx, or the code of an error
    bucket         INTEGER NOT NULL,                   -- ms: the smallest bound that the time it took does not exceed
    count          INTEGER NOT NULL,
    PRIMARY KEY (destination_id, minute, class, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO "attempt_minutes" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',29926927,'2xx',1,6);
INSERT INTO "attempt_minutes" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',29926927,'2xx',2,1);
INSERT INTO "attempt_minutes" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',29926927,'2xx',3,4);
INSERT INTO "attempt_minutes" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9',29926927,'2xx',4,1);
INSERT INTO "attempt_minutes" VALUES(X'01A21308D78F76E9B324B574231FAD58',29926927,'refused',0,3);
INSERT INTO "attempt_minutes" VALUES(X'01A21308D78F76E9B324B574231FAD58',29926928,'refused',0,6);
CREATE TABLE "attempts" (
    id         INTEGER PRIMARY KEY,
    forward_id INTEGER NOT NULL REFERENCES "forwards" (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    status     INTEGER,                                -- of the answer; NULL: there was none
    error      TEXT,                                   -- code of why not: timeout, refused, dns, tls, blocked-address …
    message    TEXT,                                   -- the same for people
    ms         INTEGER NOT NULL,
    request    TEXT NOT NULL DEFAULT '',               -- headers that were sent, one a line
    headers    TEXT NOT NULL,                          -- of the answer, one a line
    body       BLOB NOT NULL                           -- of the answer, as much as the destination says
) STRICT;
INSERT INTO "attempts" VALUES(1,1,1795615676756,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_0
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,MIidJ+7Y0KyFd1MAzG0V52r8l0Mzm7IyyXgA28RkW1M=
x-team: (hidden)
x-hookpost-delivery: 7354841811947520
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(2,2,1795615676760,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_0
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,JH4MfvuDF1c/JIdL5JY88d5JUZboXwuyKKOHQ/iTC1Q=
x-hookpost-delivery: 7354841811947520
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(3,4,1795615676782,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_1
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,G3i8wsARbltr3PoyEEdqQpFdsA+zjn1r84bDrIvV5/Y=
x-team: (hidden)
x-hookpost-delivery: 7354841811992576
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(4,10,1795615676831,200,NULL,NULL,3,'content-type: application/json
webhook-id: wh_old_3
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,0YoyM15opJchbgiQ/eza8lcpF01JrWwhdRHjwl/ACso=
x-team: (hidden)
x-hookpost-delivery: 7354841812033536
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(5,7,1795615676831,200,NULL,NULL,3,'content-type: application/json
webhook-id: wh_old_2
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,luoJWz1OgsjCEq4q5TZEYEJacd38xS6D17kI+6vuQAk=
x-team: (hidden)
x-hookpost-delivery: 7354841812004864
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(6,16,1795615676831,200,NULL,NULL,3,'content-type: application/json
webhook-id: wh_old_5
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,I0kODk30Y6Unc7FvpE2CFnwQTEywvjRyqkTfQxdQa8k=
x-team: (hidden)
x-hookpost-delivery: 7354841812176896
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(7,13,1795615676831,200,NULL,NULL,4,'content-type: application/json
webhook-id: wh_old_4
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,C5uVTP4qFCeJIS+/f8k5m5Ze6UZ1FD1K5uUwWvI2NCw=
x-team: (hidden)
x-hookpost-delivery: 7354841812094976
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(8,14,1795615676845,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_4
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,oKZY3XBY6lHt29W2z6fvNYzNhlKluCOH+BUlFH2cHY4=
x-hookpost-delivery: 7354841812094976
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(9,22,1795615676875,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_7
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,UAhaJyLGK2fiNlNTQYzw9vbpFrrdsD0omC4D4lvwC2I=
x-team: (hidden)
x-hookpost-delivery: 7354841812275200
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(10,25,1795615676875,200,NULL,NULL,2,'content-type: application/json
webhook-id: wh_old_8
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,d7aAt6XjLc3oPiQ+/vYTBrg9R+eMeHcgrDW1iOn784A=
x-team: (hidden)
x-hookpost-delivery: 7354841812299776
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(11,19,1795615676875,200,NULL,NULL,3,'content-type: application/json
webhook-id: wh_old_6
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,jpkt+ct/H38hY6+IWPHEP5wT/mRc1Lefhz8bApXAuIo=
x-team: (hidden)
x-hookpost-delivery: 7354841812242432
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(12,26,1795615676904,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_8
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,Wf+UP+aRoMhcVLAb+hKQ5sHtnZHWQXzNUXJCnL7SfWo=
x-hookpost-delivery: 7354841812299776
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(13,28,1795615676910,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_9
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,jVoH3D8bY5NE4n82g1XL/pjuHIWz50WzvTF394g+iNY=
x-team: (hidden)
x-hookpost-delivery: 7354841812340736
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(14,31,1795615676910,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_10
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,MGGIk82N2rht3qMfbfmz5C4d9sXSyXurRegf33jbRPg=
x-team: (hidden)
x-hookpost-delivery: 7354841812357120
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(15,34,1795615676910,200,NULL,NULL,1,'content-type: application/json
webhook-id: wh_old_11
webhook-timestamp: 1795615676
user-agent: Hookpost/0.1.0
webhook-signature: v1,ZrtGdf1AfQvP+Uieh2kVufspGTIJYUWV9YXiodxQHXw=
x-team: (hidden)
x-hookpost-delivery: 7354841812377600
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 1
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','server: BaseHTTP/0.6 Python/3.11.7
date: Wed, 25 Nov 2026 14:07:56 GMT
content-length: 5',X'74616B656E');
INSERT INTO "attempts" VALUES(16,14,1795615682220,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_4
webhook-timestamp: 1795615682
user-agent: Hookpost/0.1.0
webhook-signature: v1,Op9rxKXbfAXaPOZslqFfxFctgXieUODUyfrGuhRZ4iY=
x-hookpost-delivery: 7354841812094976
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 2
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(17,26,1795615682220,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_8
webhook-timestamp: 1795615682
user-agent: Hookpost/0.1.0
webhook-signature: v1,EzZt4yNy7RXKcW/7GU3nBsF30bWT1vbeZbgKlvp+r+w=
x-hookpost-delivery: 7354841812299776
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 2
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(18,2,1795615682478,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_0
webhook-timestamp: 1795615682
user-agent: Hookpost/0.1.0
webhook-signature: v1,SlZL67nkmOpH3TFMIeR5qmEbmvwZREm4p89WCerMQyw=
x-hookpost-delivery: 7354841811947520
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 2
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(19,14,1795615713470,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_4
webhook-timestamp: 1795615713
user-agent: Hookpost/0.1.0
webhook-signature: v1,EsrCOdEU2gg9SCytjJaIZ7x/8VNFPKhB4N1TQ+4DnuI=
x-hookpost-delivery: 7354841812094976
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 3
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(20,26,1795615715238,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_8
webhook-timestamp: 1795615715
user-agent: Hookpost/0.1.0
webhook-signature: v1,u8iUi9oaPhP90Zqhq4DOfy+0gsIOX6HFCsNepNH+T5Q=
x-hookpost-delivery: 7354841812299776
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 3
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
INSERT INTO "attempts" VALUES(21,2,1795615715493,NULL,'refused','the destination refused the connection: nothing listens there',0,'content-type: application/json
webhook-id: wh_old_0
webhook-timestamp: 1795615715
user-agent: Hookpost/0.1.0
webhook-signature: v1,dmYGyaQRN9HfdAEnb2ObN7trryRwnO3KbUY85DLNMZo=
x-hookpost-delivery: 7354841811947520
x-hookpost-endpoint: prod-openai
x-hookpost-attempt: 3
x-hookpost-received-at: 1795615676
x-hookpost-replay: false','',X'');
CREATE TABLE audit_entries (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    user_id   BLOB,                                    -- NULL: the command line
    actor     TEXT NOT NULL,                           -- their e-mail at the time, or `command line`
    client    TEXT,                                    -- the address they came from
    action    TEXT NOT NULL,                           -- such as `secret.revoked`
    object_id TEXT NOT NULL,                           -- id of what was changed
    object    TEXT NOT NULL,                           -- its name at the time
    detail    TEXT NOT NULL                            -- what about it, never a secret; may be empty
) STRICT;
INSERT INTO "audit_entries" VALUES(1,1795615676155,NULL,'command line',NULL,'endpoint.added','01a21308-d6fb-74cc-9efb-7cacffa6ec84','prod-openai','scheme openai');
INSERT INTO "audit_entries" VALUES(2,1795615676205,NULL,'command line',NULL,'endpoint.added','01a21308-d72d-70a3-8cb2-100f9f0f5df1','hub','scheme github');
INSERT INTO "audit_entries" VALUES(3,1795615676246,NULL,'command line',NULL,'endpoint.added','01a21308-d756-7092-90e3-4a87e4997eb1','removed-later','scheme none');
INSERT INTO "audit_entries" VALUES(4,1795615676268,NULL,'command line',NULL,'destination.added','01a21308-d76c-73eb-bc2f-c432d0e451b9','worker','http://127.0.0.1:18123');
INSERT INTO "audit_entries" VALUES(5,1795615676303,NULL,'command line',NULL,'destination.added','01a21308-d78f-76e9-b324-b574231fad58','waiting','http://127.0.0.1:1');
INSERT INTO "audit_entries" VALUES(6,1795615676354,NULL,'command line',NULL,'destination.added','01a21308-d7c2-7046-b1ec-e09021e53722','paused','https://hooks.example.com');
INSERT INTO "audit_entries" VALUES(7,1795615676383,NULL,'command line',NULL,'destination.paused','01a21308-d7c2-7046-b1ec-e09021e53722','paused','by the command line');
INSERT INTO "audit_entries" VALUES(8,1795615676429,NULL,'command line',NULL,'user.added','01a21308-d86b-7725-a787-357a382d09d0','admin@example.com','as admin');
INSERT INTO "audit_entries" VALUES(9,1795615676554,NULL,'command line',NULL,'user.added','01a21308-d8b1-7605-8f66-4fb28ca3f018','viewer@example.com','as viewer');
INSERT INTO "audit_entries" VALUES(10,1795615676614,NULL,'command line',NULL,'token.added','01a21308-d8c6-73f9-a164-5616b4d4b6eb','reader','role viewer, no end');
INSERT INTO "audit_entries" VALUES(11,1795615676634,NULL,'command line',NULL,'channel.added','01a21308-d8da-776e-938b-100b2053d1e7','on-call','webhook, https://hooks.example.com, from info on');
INSERT INTO "audit_entries" VALUES(12,1795615676659,NULL,'command line',NULL,'user.disabled','01a21308-d8b1-7605-8f66-4fb28ca3f018','viewer@example.com','');
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
INSERT INTO "channels" VALUES(X'01A21308D8DA776E938B100B2053D1E7','on-call','webhook','{"how":"signed","origin":"https://hooks.example.com","old_until":null}',X'B6E9082767AF473C92B5F70E7DFBED6CBAC67D4D54463359720FD5E8740864A83A50999F6B5B27889C4807F7A4B4A03D9F89820972341FB1350F6375C2700A949EFC3E95DDC2522A122E95A439CD990D229C842653BB0276C3A2E93A86E1A227F7A1F782B35417083B47533F5EFF8E8348EC72668ABDFA4C096CD5ACB3EF7C31E6D28ED03A4940D94E73DC380C4D13CA3FC10BFE325E9B8E',0,NULL,3,'the name hooks.example.com cannot be resolved: failed to lookup address information: Name or service not known',1795615676634,'command line');
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
INSERT INTO "deliveries" VALUES(7354841812033536,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676762,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_3',1,'batch.completed','evt_3','batch_3',1795615675000,'127.0.0.1',128,200,4559,NULL);
INSERT INTO "deliveries" VALUES(7354841812094976,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676776,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_4',1,'batch.failed','evt_4','batch_4',1795615675000,'127.0.0.1',125,200,8586,NULL);
INSERT INTO "deliveries" VALUES(7354841812176896,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676796,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_5',1,'batch.completed','evt_5','batch_5',1795615675000,'127.0.0.1',128,200,5445,NULL);
INSERT INTO "deliveries" VALUES(7354841812242432,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676809,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_6',1,'batch.completed','evt_6','batch_6',1795615675000,'127.0.0.1',128,200,8859,NULL);
INSERT INTO "deliveries" VALUES(7354841812275200,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676823,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_7',1,'batch.completed','evt_7','batch_7',1795615675000,'127.0.0.1',128,200,2048,NULL);
INSERT INTO "deliveries" VALUES(7354841812299776,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676828,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_8',1,'batch.failed','evt_8','batch_8',1795615675000,'127.0.0.1',125,200,4533,NULL);
INSERT INTO "deliveries" VALUES(7354841812340736,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676838,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_9',1,'batch.completed','evt_9','batch_9',1795615675000,'127.0.0.1',128,200,3447,NULL);
INSERT INTO "deliveries" VALUES(7354841812357120,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676844,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_10',1,'batch.completed','evt_10','batch_10',1795615675000,'127.0.0.1',130,200,3070,NULL);
INSERT INTO "deliveries" VALUES(7354841812377600,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676850,'accepted',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_11',1,'batch.completed','evt_11','batch_11',1795615675000,'127.0.0.1',130,200,725,NULL);
INSERT INTO "deliveries" VALUES(7354841812410368,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676858,'duplicate',NULL,X'01A21308D6FB74CC9EFB7CADBA1DC28B',0,'wh_old_3',2,'batch.completed','evt_3','batch_3',1795615675000,'127.0.0.1',128,200,797,NULL);
INSERT INTO "deliveries" VALUES(7354841812439040,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676864,'rejected','timestamp-too-old',NULL,0,'wh_old_late',1,'batch.completed','evt_30','batch_30',1795615675000,'127.0.0.1',130,400,1155,NULL);
INSERT INTO "deliveries" VALUES(7354841812459520,X'01A21308D6FB74CC9EFB7CACFFA6EC84',1795615676869,'rejected','signature-mismatch',NULL,0,'wh_old_forged',1,'batch.completed','evt_31','batch_31',1795615675000,'127.0.0.1',130,400,952,NULL);
INSERT INTO "deliveries" VALUES(7354841812480000,X'01A21308D72D70A38CB2100F9F0F5DF1',1795615676874,'accepted',NULL,X'01A21308D72D70A38CB21010416C896E',0,'11111111-1111-4111-8111-111111111111',1,'issues',NULL,NULL,NULL,'127.0.0.1',45,200,2910,NULL);
INSERT INTO "deliveries" VALUES(7354841812713472,X'01A21308D756709290E34A87E4997EB1',1795615676932,'accepted',NULL,NULL,0,NULL,1,NULL,NULL,NULL,NULL,'127.0.0.1',12,200,315,NULL);
CREATE TABLE "destinations" (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    endpoint_ids TEXT NOT NULL,                        -- JSON list of ids; empty: every endpoint
    types        TEXT NOT NULL,                        -- JSON list of event types, `*` at the end of a prefix; empty: every type
    condition    TEXT,                                 -- CEL; NULL: every event of these
    headers      TEXT NOT NULL,                        -- further headers, one `Name: value` a line
    serving      TEXT NOT NULL,                        -- JSON: timeout, retries, limits, what is kept of answers
    sealed       BLOB NOT NULL,                        -- the signing secret, as in `secrets`
    old_sealed   BLOB,                                 -- the one before, which signs too until `old_until`
    old_until    INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,           -- attempts in a row that it did not answer, or with 5xx
    open_until   INTEGER,                              -- set after too many of them: until then nothing is sent
    paused_at    INTEGER,
    paused_why   TEXT,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL
) STRICT;
INSERT INTO "destinations" VALUES(X'01A21308D76C73EBBC2FC432D0E451B9','worker','http://127.0.0.1:18123/hook','["01a21308-d6fb-74cc-9efb-7cacffa6ec84"]','[]',NULL,'X-Team: blue','{"timeout_ms":15000,"in_flight":8,"rate":null,"waits":[5,30,120,600,3600,10800,21600,43200,86400,86400],"final_statuses":[],"capture":65536,"ordered":false,"sender_headers":false}',X'2FF2E5430C8F1D1CA91EF6D1CB70BB82295BD0E3AE43CA5B6BACCC0151E60EBB29A0D2A52E51C73E991B283233960B75DE965E7A316D491FC9AD6E8814586188C99232AB99C5082311C20FF13065C1079626F05E83274E946EB9',NULL,NULL,0,NULL,NULL,NULL,1795615676268,'command line');
INSERT INTO "destinations" VALUES(X'01A21308D78F76E9B324B574231FAD58','waiting','http://127.0.0.1:1/hook','[]','["batch.*"]','event.type == "batch.failed"','','{"timeout_ms":15000,"in_flight":8,"rate":null,"waits":[5,30,120,600,3600,10800,21600,43200,86400,86400],"final_statuses":[],"capture":65536,"ordered":false,"sender_headers":false}',X'C7C840724A7E5DB4026FB1D4816E11DF0B7DE90129E94E1619DC6C12AE920EBB77268B9902B67D74BD220CCA3DEE6832F95AF53AA079817E37228AFB195BC658AC8402408EB4CDE15A196724D0765A81D736F0661542D1E08696',NULL,NULL,9,NULL,NULL,NULL,1795615676303,'command line');
INSERT INTO "destinations" VALUES(X'01A21308D7C27046B1ECE09021E53722','paused','https://hooks.example.com/hook','[]','[]',NULL,'','{"timeout_ms":15000,"in_flight":8,"rate":null,"waits":[5,30,120,600,3600,10800,21600,43200,86400,86400],"final_statuses":[],"capture":65536,"ordered":false,"sender_headers":false}',X'3F011E4C09FCFB2E3AC272BC91D3A0FB6F1A52D9999D7081166C4A0F9390E21A37D8C22B496779FF888F9017394BAB407822D486103F4D71B5858BCB9E248F1AC4BFFD58A259BBC6F3647B8970052C8377A0FD904924CCF0C638',NULL,NULL,0,NULL,1795615676383,'by the command line',1795615676354,'command line');
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
CREATE TABLE "forwards" (
    id             INTEGER PRIMARY KEY,
    delivery_id    INTEGER NOT NULL,
    destination_id BLOB NOT NULL REFERENCES "destinations" (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL CHECK (kind IN ('forward', 'replay')),
    mode           TEXT NOT NULL CHECK (mode IN ('fresh', 'verbatim', 'edited')),
    state          TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'dead', 'skipped')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL,                   -- when it may be tried
    lease_until    INTEGER NOT NULL DEFAULT 0,         -- until then an attempt is under way
    actor          TEXT,                               -- who asked for the replay
    created_at     INTEGER NOT NULL,
    resource       TEXT,                               -- set where one waits for the other of the same resource
    webhook_id     TEXT,                               -- NULL: the event's own
    edited_headers TEXT,                               -- mode `edited`: one `Name: value` a line
    edited_body    BLOB,                               -- the same
    note           TEXT,                               -- why it was skipped
    job_id         BLOB                                -- the job that queued it
) STRICT;
INSERT INTO "forwards" VALUES(1,7354841811947520,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676758,0,NULL,1795615676745,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(2,7354841811947520,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','queued',3,1795615845694,0,NULL,1795615676745,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(3,7354841811947520,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676745,0,NULL,1795615676745,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(4,7354841811992576,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676787,0,NULL,1795615676756,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(5,7354841811992576,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676756,0,NULL,1795615676756,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(6,7354841811992576,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676756,0,NULL,1795615676756,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(7,7354841812004864,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676835,0,NULL,1795615676759,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(8,7354841812004864,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676759,0,NULL,1795615676759,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(9,7354841812004864,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676759,0,NULL,1795615676759,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(10,7354841812033536,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676834,0,NULL,1795615676766,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(11,7354841812033536,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676766,0,NULL,1795615676766,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(12,7354841812033536,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676766,0,NULL,1795615676766,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(13,7354841812094976,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676836,0,NULL,1795615676781,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(14,7354841812094976,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','queued',3,1795615840792,0,NULL,1795615676781,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(15,7354841812094976,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676781,0,NULL,1795615676781,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(16,7354841812176896,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676836,0,NULL,1795615676801,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(17,7354841812176896,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676801,0,NULL,1795615676801,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(18,7354841812176896,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676801,0,NULL,1795615676801,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(19,7354841812242432,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676879,0,NULL,1795615676817,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(20,7354841812242432,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676817,0,NULL,1795615676817,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(21,7354841812242432,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676817,0,NULL,1795615676817,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(22,7354841812275200,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676877,0,NULL,1795615676825,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(23,7354841812275200,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676825,0,NULL,1795615676825,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(24,7354841812275200,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676825,0,NULL,1795615676825,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(25,7354841812299776,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676878,0,NULL,1795615676831,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(26,7354841812299776,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','queued',3,1795615841119,0,NULL,1795615676831,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(27,7354841812299776,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676831,0,NULL,1795615676831,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(28,7354841812340736,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676911,0,NULL,1795615676841,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(29,7354841812340736,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676841,0,NULL,1795615676841,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(30,7354841812340736,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676841,0,NULL,1795615676841,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(31,7354841812357120,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676913,0,NULL,1795615676845,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(32,7354841812357120,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676845,0,NULL,1795615676845,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(33,7354841812357120,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676845,0,NULL,1795615676845,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(34,7354841812377600,X'01A21308D76C73EBBC2FC432D0E451B9','forward','fresh','delivered',1,1795615676914,0,NULL,1795615676850,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(35,7354841812377600,X'01A21308D78F76E9B324B574231FAD58','forward','fresh','skipped',0,1795615676850,0,NULL,1795615676850,NULL,NULL,NULL,NULL,'the destination''s condition does not hold',NULL);
INSERT INTO "forwards" VALUES(36,7354841812377600,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676850,0,NULL,1795615676850,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(37,7354841812480000,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676875,0,NULL,1795615676875,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "forwards" VALUES(38,7354841812713472,X'01A21308D7C27046B1ECE09021E53722','forward','fresh','queued',0,1795615676932,0,NULL,1795615676932,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE gauge_minutes (
    gauge     TEXT NOT NULL CHECK (gauge IN ('queue_age', 'disk_used')),
    object_id BLOB NOT NULL,                           -- empty: the server itself
    minute    INTEGER NOT NULL,                        -- unix minutes
    value     REAL NOT NULL,
    PRIMARY KEY (gauge, object_id, minute)
) STRICT, WITHOUT ROWID;
INSERT INTO "gauge_minutes" VALUES('disk_used',X'',29926927,7.33398370984424730067e+01);
INSERT INTO "gauge_minutes" VALUES('disk_used',X'',29926928,7.19960272521070692147e+01);
INSERT INTO "gauge_minutes" VALUES('disk_used',X'',29926929,7.19340255459322577271e+01);
INSERT INTO "gauge_minutes" VALUES('queue_age',X'01A21308D78F76E9B324B574231FAD58',29926928,59994.0);
INSERT INTO "gauge_minutes" VALUES('queue_age',X'01A21308D78F76E9B324B574231FAD58',29926929,69995.0);
INSERT INTO "gauge_minutes" VALUES('queue_age',X'01A21308D7C27046B1ECE09021E53722',29926928,59994.0);
INSERT INTO "gauge_minutes" VALUES('queue_age',X'01A21308D7C27046B1ECE09021E53722',29926929,69995.0);
CREATE TABLE histogram_bounds (bound INTEGER PRIMARY KEY) STRICT;
INSERT INTO "histogram_bounds" VALUES(0);
INSERT INTO "histogram_bounds" VALUES(1);
INSERT INTO "histogram_bounds" VALUES(2);
INSERT INTO "histogram_bounds" VALUES(3);
INSERT INTO "histogram_bounds" VALUES(4);
INSERT INTO "histogram_bounds" VALUES(6);
INSERT INTO "histogram_bounds" VALUES(10);
INSERT INTO "histogram_bounds" VALUES(16);
INSERT INTO "histogram_bounds" VALUES(25);
INSERT INTO "histogram_bounds" VALUES(40);
INSERT INTO "histogram_bounds" VALUES(63);
INSERT INTO "histogram_bounds" VALUES(100);
INSERT INTO "histogram_bounds" VALUES(160);
INSERT INTO "histogram_bounds" VALUES(250);
INSERT INTO "histogram_bounds" VALUES(400);
INSERT INTO "histogram_bounds" VALUES(630);
INSERT INTO "histogram_bounds" VALUES(1000);
INSERT INTO "histogram_bounds" VALUES(1600);
INSERT INTO "histogram_bounds" VALUES(2500);
INSERT INTO "histogram_bounds" VALUES(4000);
INSERT INTO "histogram_bounds" VALUES(6300);
INSERT INTO "histogram_bounds" VALUES(10000);
INSERT INTO "histogram_bounds" VALUES(16000);
INSERT INTO "histogram_bounds" VALUES(25000);
INSERT INTO "histogram_bounds" VALUES(40000);
INSERT INTO "histogram_bounds" VALUES(63000);
INSERT INTO "histogram_bounds" VALUES(100000);
INSERT INTO "histogram_bounds" VALUES(160000);
INSERT INTO "histogram_bounds" VALUES(250000);
INSERT INTO "histogram_bounds" VALUES(400000);
INSERT INTO "histogram_bounds" VALUES(630000);
INSERT INTO "histogram_bounds" VALUES(1000000);
INSERT INTO "histogram_bounds" VALUES(1600000);
INSERT INTO "histogram_bounds" VALUES(2500000);
INSERT INTO "histogram_bounds" VALUES(4000000);
INSERT INTO "histogram_bounds" VALUES(6300000);
INSERT INTO "histogram_bounds" VALUES(10000000);
INSERT INTO "histogram_bounds" VALUES(16000000);
INSERT INTO "histogram_bounds" VALUES(25000000);
INSERT INTO "histogram_bounds" VALUES(40000000);
INSERT INTO "histogram_bounds" VALUES(63000000);
INSERT INTO "histogram_bounds" VALUES(100000000);
INSERT INTO "histogram_bounds" VALUES(160000000);
INSERT INTO "histogram_bounds" VALUES(250000000);
INSERT INTO "histogram_bounds" VALUES(400000000);
INSERT INTO "histogram_bounds" VALUES(630000000);
INSERT INTO "histogram_bounds" VALUES(1000000000);
INSERT INTO "histogram_bounds" VALUES(1600000000);
INSERT INTO "histogram_bounds" VALUES(2500000000);
INSERT INTO "histogram_bounds" VALUES(4000000000);
INSERT INTO "histogram_bounds" VALUES(6300000000);
INSERT INTO "histogram_bounds" VALUES(10000000000);
INSERT INTO "histogram_bounds" VALUES(16000000000);
INSERT INTO "histogram_bounds" VALUES(25000000000);
INSERT INTO "histogram_bounds" VALUES(40000000000);
INSERT INTO "histogram_bounds" VALUES(63000000000);
INSERT INTO "histogram_bounds" VALUES(100000000000);
INSERT INTO "histogram_bounds" VALUES(160000000000);
INSERT INTO "histogram_bounds" VALUES(250000000000);
INSERT INTO "histogram_bounds" VALUES(400000000000);
INSERT INTO "histogram_bounds" VALUES(630000000000);
INSERT INTO "histogram_bounds" VALUES(1000000000000);
INSERT INTO "histogram_bounds" VALUES(1600000000000);
INSERT INTO "histogram_bounds" VALUES(2500000000000);
INSERT INTO "histogram_bounds" VALUES(4000000000000);
INSERT INTO "histogram_bounds" VALUES(6300000000000);
CREATE TABLE incident_entries (
    id          INTEGER PRIMARY KEY,
    incident_id BLOB NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at          INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('opened', 'acknowledged', 'note', 'reminded', 'recovered', 'resolved')),
    actor       TEXT,                                  -- NULL: Hookpost itself
    text        TEXT NOT NULL
) STRICT;
INSERT INTO "incident_entries" VALUES(1,X'01A21309005C7378BF41AFF317011988',1795615686740,'opened',NULL,'2 of 15 deliveries were rejected within 1 h (13.3 %); the rule allows 10.0 %.');
INSERT INTO "incident_entries" VALUES(2,X'01A21309005C7378BF41AFF476BF75CD',1795615686740,'opened',NULL,'3 of 12 events told of a failure within 1 d (25.0 %); the rule allows 20.0 %.');
INSERT INTO "incident_entries" VALUES(3,X'01A21309006176A7AA9EB02EC4D5BEFF',1795615686740,'opened',NULL,'6 of 6 attempts failed within 15 min (100.0 %); the rule allows 50.0 %.');
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
INSERT INTO "incidents" VALUES(X'01A21309005C7378BF41AFF317011988',X'01A21308D6FC75EAA46B98B25DF48715','verification-failures',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'prod-openai',1,'Deliveries to prod-openai fail verification','2 of 15 deliveries were rejected within 1 h (13.3 %); the rule allows 10.0 %.','{"threshold":10.0,"recovery":5.0,"window":60,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',1.33333333333333339256e+01,1.33333333333333339256e+01,1795615686740,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "incidents" VALUES(X'01A21309005C7378BF41AFF476BF75CD',X'01A21308D6FC75EAA46B98B3E8C46683','event-failures',X'01A21308D6FB74CC9EFB7CACFFA6EC84',NULL,'prod-openai',1,'Many events on prod-openai tell of failures','3 of 12 events told of a failure within 1 d (25.0 %); the rule allows 20.0 %.','{"threshold":20.0,"recovery":10.0,"window":1440,"least":5,"cooldown":30,"severity":"warning","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',25.0,25.0,1795615686740,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "incidents" VALUES(X'01A21309006176A7AA9EB02EC4D5BEFF',X'01A21308D797758F803E33F57F001841','destination-failing',NULL,X'01A21308D78F76E9B324B574231FAD58','waiting',2,'Attempts at waiting fail','6 of 6 attempts failed within 15 min (100.0 %); the rule allows 50.0 %.','{"threshold":50.0,"recovery":25.0,"window":15,"least":5,"cooldown":30,"severity":"critical","remind":null,"event_type":null,"end_types":[],"quiet":null,"channels":[]}',100.0,100.0,1795615686740,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE invites (
    id         BLOB PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('setup', 'invite')),
    email      TEXT,                                    -- NULL for `setup`
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_by BLOB REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;
CREATE TABLE "jobs" (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('reverify', 'replay')),
    filter       TEXT NOT NULL,                        -- query string of the list it was started from
    destinations TEXT NOT NULL DEFAULT '[]',           -- replay: JSON list of ids
    mode         TEXT NOT NULL DEFAULT 'fresh' CHECK (mode IN ('fresh', 'verbatim')), -- replay
    rate         INTEGER,                              -- replay: requests a minute; NULL: as fast as they go
    before_id    INTEGER NOT NULL,                     -- deliveries from here on are not part of it
    cursor       INTEGER NOT NULL,                     -- everything up to here is done
    state        TEXT NOT NULL CHECK (state IN ('running', 'paused', 'done', 'cancelled', 'failed')),
    seen         INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,           -- accepted, or queued
    total        INTEGER NOT NULL,                     -- how many there were when it began
    user_id      BLOB,
    actor        TEXT NOT NULL,
    client       TEXT,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE TABLE key_check (
    singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
    id        BLOB NOT NULL,
    sealed    BLOB NOT NULL
) STRICT;
INSERT INTO "key_check" VALUES(1,X'4938A7D1BCB6D9A55356C386DD475837',X'B676BCBF2A5F8CA4430E542BEB71D408CC5B82EF045575E0A888A4C3DFD9D12857F15F51752A8F8ACA920884ACF7C6600EA9143D3FE5577D944B54');
CREATE TABLE local_results (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    listener    TEXT NOT NULL,                         -- name of the token, as the audit log has it
    at          INTEGER NOT NULL,
    status      INTEGER,                               -- of the local answer; NULL: there was none
    error       TEXT,                                  -- code of why not
    ms          INTEGER NOT NULL
) STRICT;
CREATE TABLE measure_hours (
    measure     TEXT NOT NULL CHECK (measure IN ('accepted', 'duplicate', 'rejected', 'retry', 'lag', 'answer')),
    hour        INTEGER NOT NULL,                      -- unix hours
    endpoint_id BLOB NOT NULL,
    label       TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (measure, hour, endpoint_id, label, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO "measure_hours" VALUES('accepted',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.completed',0,9);
INSERT INTO "measure_hours" VALUES('accepted',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.failed',0,3);
INSERT INTO "measure_hours" VALUES('accepted',498782,X'01A21308D72D70A38CB2100F9F0F5DF1','issues',0,1);
INSERT INTO "measure_hours" VALUES('accepted',498782,X'01A21308D756709290E34A87E4997EB1','',0,1);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',630,1);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',1000,3);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',1600,1);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',2500,2);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',4000,2);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',6300,4);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',10000,2);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D72D70A38CB2100F9F0F5DF1','',4000,1);
INSERT INTO "measure_hours" VALUES('answer',498782,X'01A21308D756709290E34A87E4997EB1','',400,1);
INSERT INTO "measure_hours" VALUES('duplicate',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.completed',0,1);
INSERT INTO "measure_hours" VALUES('lag',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',2500,12);
INSERT INTO "measure_hours" VALUES('rejected',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','signature-mismatch',0,1);
INSERT INTO "measure_hours" VALUES('rejected',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','timestamp-too-old',0,1);
INSERT INTO "measure_hours" VALUES('retry',498782,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',0,1);
CREATE TABLE measure_minutes (
    measure     TEXT NOT NULL CHECK (measure IN ('accepted', 'duplicate', 'rejected', 'retry', 'lag', 'answer')),
    minute      INTEGER NOT NULL,                      -- unix minutes of `received_at`
    endpoint_id BLOB NOT NULL,
    label       TEXT NOT NULL,
    bucket      INTEGER NOT NULL,                      -- a bound; 0 where nothing is measured
    count       INTEGER NOT NULL,
    PRIMARY KEY (measure, minute, endpoint_id, label, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO "measure_minutes" VALUES('accepted',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.completed',0,9);
INSERT INTO "measure_minutes" VALUES('accepted',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.failed',0,3);
INSERT INTO "measure_minutes" VALUES('accepted',29926927,X'01A21308D72D70A38CB2100F9F0F5DF1','issues',0,1);
INSERT INTO "measure_minutes" VALUES('accepted',29926927,X'01A21308D756709290E34A87E4997EB1','',0,1);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',630,1);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',1000,3);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',1600,1);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',2500,2);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',4000,2);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',6300,4);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',10000,2);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D72D70A38CB2100F9F0F5DF1','',4000,1);
INSERT INTO "measure_minutes" VALUES('answer',29926927,X'01A21308D756709290E34A87E4997EB1','',400,1);
INSERT INTO "measure_minutes" VALUES('duplicate',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','batch.completed',0,1);
INSERT INTO "measure_minutes" VALUES('lag',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',2500,12);
INSERT INTO "measure_minutes" VALUES('rejected',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','signature-mismatch',0,1);
INSERT INTO "measure_minutes" VALUES('rejected',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','timestamp-too-old',0,1);
INSERT INTO "measure_minutes" VALUES('retry',29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','',0,1);
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
INSERT INTO "notices" VALUES(1,X'01A21309005C7378BF41AFF317011988',X'01A21308D8DA776E938B100B2053D1E7','opened','{"incident":"01a21309-005c-7378-bf41-aff317011988","severity":"warning","title":"Deliveries to prod-openai fail verification","text":"2 of 15 deliveries were rejected within 1 h (13.3 %); the rule allows 10.0 %.","rule":"verification-failures","object":"prod-openai","url":"http://127.0.0.1:18124/alerts/incidents/01a21309-005c-7378-bf41-aff317011988","opened_at":1795615686740,"at":1795615686740}','queued',3,1795615846843,'the name hooks.example.com cannot be resolved: failed to lookup address information: Name or service not known',1795615686740,NULL);
INSERT INTO "notices" VALUES(2,X'01A21309005C7378BF41AFF476BF75CD',X'01A21308D8DA776E938B100B2053D1E7','opened','{"incident":"01a21309-005c-7378-bf41-aff476bf75cd","severity":"warning","title":"Many events on prod-openai tell of failures","text":"3 of 12 events told of a failure within 1 d (25.0 %); the rule allows 20.0 %.","rule":"event-failures","object":"prod-openai","url":"http://127.0.0.1:18124/alerts/incidents/01a21309-005c-7378-bf41-aff476bf75cd","opened_at":1795615686740,"at":1795615686740}','queued',0,1795615686740,NULL,1795615686740,NULL);
INSERT INTO "notices" VALUES(3,X'01A21309006176A7AA9EB02EC4D5BEFF',X'01A21308D8DA776E938B100B2053D1E7','opened','{"incident":"01a21309-0061-76a7-aa9e-b02ec4d5beff","severity":"critical","title":"Attempts at waiting fail","text":"6 of 6 attempts failed within 15 min (100.0 %); the rule allows 50.0 %.","rule":"destination-failing","object":"waiting","url":"http://127.0.0.1:18124/alerts/incidents/01a21309-0061-76a7-aa9e-b02ec4d5beff","opened_at":1795615686740,"at":1795615686740}','queued',0,1795615686740,NULL,1795615686740,NULL);
CREATE TABLE payloads (
    delivery_id INTEGER PRIMARY KEY,
    headers     BLOB NOT NULL,                          -- `name: value\r\n` per header, in order
    body        BLOB NOT NULL,                          -- byte for byte
    verdict     TEXT NOT NULL                           -- JSON: the facts of the verification, computed once
) STRICT;
INSERT INTO "payloads" VALUES(7354841811947520,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132350D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F300D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C664876325630647A5832305A414A6469585335774E5A63797537634B516F31736A45564D2B65437A4F6E383D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F30222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E6661696C6564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F30227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841811992576,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F310D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C4574596350456D64486A366D4355414B74677668463148614B79525A61704A544E4B5652364C334D756F773D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F31222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F31227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812004864,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F320D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C6F44666D6B5961703243656A3334742F2B306F716B475879532F597051366F76734B36625665544C65564D3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F32222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F32227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812033536,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F330D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C726F4D59664F5034717462424D4A59376E75752B2B756E6864745A59397A7A337135437670526D47676A6B3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F33222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F33227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812094976,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132350D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F340D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C5033703068556B7552534C4B6A786B35444A384D41686E454D564B39654356784668472B55335042475A4D3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F34222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E6661696C6564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F34227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812176896,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F350D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C32704231445668393172385569735776576B553537792B4E4472532F4A4E337133464D59486257675A446B3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F35222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F35227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812242432,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F360D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C514E444F622F35676573594A7937537164387459524E2B555444584E717850594A3048634E494D6E644A383D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F36222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F36227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812275200,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F370D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C4876417642327174787149504768653151317161573434324B41524D4169305977644C50342F4F634A33673D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F37222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F37227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812299776,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132350D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F380D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C7343516D4C7A72346C37792F6B563547432F6E316356682F312B5352467478416343523378486E6274306B3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F38222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E6661696C6564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F38227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812340736,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F390D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C3667417433796B6A546B75716C77674B537873396647572F687279476C476159726E337A467951575346733D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F39222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F39227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812357120,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203133300D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F31300D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C7A67376243557777477A517474525035525452355933454D316C4A4474376252464568325877452F7246413D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F3130222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F3130227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812377600,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203133300D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F31310D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C75504E4D6E676234427844685559754241686E4258486D2B4C426F5278654E6767717176393855355732553D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F3131222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F3131227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812410368,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203132380D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F330D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C726F4D59664F5034717462424D4A59376E75752B2B756E6864745A59397A7A337135437670526D47676A6B3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F33222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F33227D2C20226E6F7465223A2022C3A4227D','{"t":1795615676,"k":0,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812439040,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203133300D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F6C6174650D0A776562686F6F6B2D74696D657374616D703A20313739353631313637360D0A776562686F6F6B2D7369676E61747572653A2076312C45786A787171746D5A5552413852434E3763666D61635330525073633666555067426546633943504A5A553D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F3330222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F3330227D2C20226E6F7465223A2022C3A4227D','{"r":"timestamp-too-old","t":1795611676,"k":4000,"l":300,"c":1,"m":"01a21308-d6fb-74cc-9efb-7cadba1dc28b"}');
INSERT INTO "payloads" VALUES(7354841812459520,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A203133300D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A776562686F6F6B2D69643A2077685F6F6C645F666F726765640D0A776562686F6F6B2D74696D657374616D703A20313739353631353637360D0A776562686F6F6B2D7369676E61747572653A2076312C7334665635646756747769734D4230697873773871393174704B436A64714453516C6A623741475270756B3D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B226964223A20226576745F3331222C20226F626A656374223A20226576656E74222C202274797065223A202262617463682E636F6D706C65746564222C2022637265617465645F6174223A20313739353631353637352C202264617461223A207B226964223A202262617463685F3331227D2C20226E6F7465223A2022C3A4227D','{"r":"signature-mismatch","t":1795615676,"k":0,"l":300,"c":1,"s":["01a21308-d6fb-74cc-9efb-7cadba1dc28b"]}');
INSERT INTO "payloads" VALUES(7354841812480000,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A2034350D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6A736F6E0D0A782D6769746875622D6576656E743A206973737565730D0A782D6769746875622D64656C69766572793A2031313131313131312D313131312D343131312D383131312D3131313131313131313131310D0A782D6875622D7369676E61747572652D3235363A207368613235363D663939376161663835343033316462643834343536323437376236646237393361393062343636353634373663613565383837353634643065636261643666660D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'7B22616374696F6E223A20226F70656E6564222C20227265706F7369746F7279223A207B226964223A20317D7D','{"c":1,"m":"01a21308-d72d-70a3-8cb2-1010416c896e"}');
INSERT INTO "payloads" VALUES(7354841812713472,X'6163636570742D656E636F64696E673A206964656E746974790D0A636F6E74656E742D6C656E6774683A2031320D0A686F73743A203132372E302E302E313A31383132340D0A757365722D6167656E743A20507974686F6E2D75726C6C69622F332E31310D0A636F6E74656E742D747970653A206170706C69636174696F6E2F6F637465742D73747265616D0D0A636F6E6E656374696F6E3A20636C6F73650D0A',X'FF0020616E79206279746573','{"u":true}');
CREATE TABLE refusal_minutes (
    minute INTEGER NOT NULL,
    cause  TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (minute, cause)
) STRICT, WITHOUT ROWID;
CREATE TABLE rejection_minutes (
    minute      INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    reason      TEXT NOT NULL,
    count       INTEGER NOT NULL,
    only_time   INTEGER NOT NULL,                      -- of these, how many were genuine but for their timestamp
    skew_sum    INTEGER NOT NULL,                      -- sum over those of our clock minus the timestamp, seconds
    PRIMARY KEY (minute, endpoint_id, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "rejection_minutes" VALUES(29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','signature-mismatch',1,0,0);
INSERT INTO "rejection_minutes" VALUES(29926927,X'01A21308D6FB74CC9EFB7CACFFA6EC84','timestamp-too-old',1,1,4000);
CREATE TABLE reverifications (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    verdict     TEXT NOT NULL                          -- JSON, as in `payloads`
) STRICT;
CREATE TABLE secret_minutes (
    secret_id BLOB NOT NULL,
    minute    INTEGER NOT NULL,                        -- unix minutes
    count     INTEGER NOT NULL,
    PRIMARY KEY (secret_id, minute)
) STRICT, WITHOUT ROWID;
INSERT INTO "secret_minutes" VALUES(X'01A21308D6FB74CC9EFB7CADBA1DC28B',29926927,13);
INSERT INTO "secret_minutes" VALUES(X'01A21308D72D70A38CB21010416C896E',29926927,1);
CREATE TABLE secrets (
    id          BLOB PRIMARY KEY,
    endpoint_id BLOB NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
    label       TEXT NOT NULL,
    hint        TEXT NOT NULL,                          -- its last four characters
    format      TEXT NOT NULL CHECK (format IN ('prefixed', 'base64', 'text')),
    sealed      BLOB NOT NULL,                          -- 24-byte nonce, then ciphertext and tag
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,                                -- set while it is expiring
    revoked_at  INTEGER
, created_by TEXT, reference TEXT) STRICT;
INSERT INTO "secrets" VALUES(X'01A21308D6FB74CC9EFB7CADBA1DC28B',X'01A21308D6FB74CC9EFB7CACFFA6EC84','first','LaSw','prefixed',X'ED173A91A855048C818CAC07AE97CCBEB279C6950021F532E9CA02E46191C66CA52B9064EA4FC6766E87E85D4871C2085F76DC333404DD4444294DAEA9EE5D76CD06B93F9BA508F594B3AA4E21EC',1795615676155,NULL,NULL,'command line',NULL);
INSERT INTO "secrets" VALUES(X'01A21308D72D70A38CB21010416C896E',X'01A21308D72D70A38CB2100F9F0F5DF1','first','ough','text',X'4C023383ACF8D9E38D67582944DEA2C474347491FC6D76351F4359B3BB3019474DE6C92E8B3BCC96DC510489C1898F15B5B987ADA0477A604525B744D8739013C2B0D1B26A5AD8',1795615676205,NULL,NULL,'command line',NULL);
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id    BLOB REFERENCES users (id) ON DELETE CASCADE, -- NULL before login
    data       TEXT NOT NULL,                           -- JSON
    expires_at INTEGER NOT NULL
) STRICT;
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('_sqlx_migrations','sqlite_autoindex__sqlx_migrations_1','7 1');
INSERT INTO "sqlite_stat1" VALUES('config_revision',NULL,'1');
INSERT INTO "sqlite_stat1" VALUES('key_check',NULL,'1');
INSERT INTO "sqlite_stat1" VALUES('histogram_bounds',NULL,'66');
INSERT INTO "sqlite_stat1" VALUES('alert_rules','alert_rules_by_destination','0 0');
INSERT INTO "sqlite_stat1" VALUES('alert_rules','alert_rules_by_endpoint','7 7');
INSERT INTO "sqlite_stat1" VALUES('alert_rules','sqlite_autoindex_alert_rules_1','9 1');
INSERT INTO "sqlite_stat1" VALUES('endpoints','sqlite_autoindex_endpoints_3','1 1');
INSERT INTO "sqlite_stat1" VALUES('endpoints','sqlite_autoindex_endpoints_2','1 1');
INSERT INTO "sqlite_stat1" VALUES('endpoints','sqlite_autoindex_endpoints_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('secrets','secrets_by_endpoint','1 1');
INSERT INTO "sqlite_stat1" VALUES('secrets','sqlite_autoindex_secrets_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('alert_presets','sqlite_autoindex_alert_presets_1','2 1');
INSERT INTO "sqlite_stat1" VALUES('destinations','sqlite_autoindex_destinations_2','1 1');
INSERT INTO "sqlite_stat1" VALUES('destinations','sqlite_autoindex_destinations_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('users','sqlite_autoindex_users_2','1 1');
INSERT INTO "sqlite_stat1" VALUES('users','sqlite_autoindex_users_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('tokens','sqlite_autoindex_tokens_3','1 1');
INSERT INTO "sqlite_stat1" VALUES('tokens','sqlite_autoindex_tokens_2','1 1');
INSERT INTO "sqlite_stat1" VALUES('tokens','sqlite_autoindex_tokens_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('channels','sqlite_autoindex_channels_2','1 1');
INSERT INTO "sqlite_stat1" VALUES('channels','sqlite_autoindex_channels_1','1 1');
INSERT INTO "sqlite_stat1" VALUES('audit_entries',NULL,'11');
INSERT INTO "sqlite_stat1" VALUES('payloads',NULL,'16');
INSERT INTO "sqlite_stat1" VALUES('gauge_minutes','gauge_minutes','7 4 3 1');
INSERT INTO "sqlite_stat1" VALUES('notices','notices_by_channel','3 3 1');
INSERT INTO "sqlite_stat1" VALUES('notices','notices_by_incident','3 1 1');
INSERT INTO "sqlite_stat1" VALUES('notices','notices_queued','3 3 1');
INSERT INTO "sqlite_stat1" VALUES('incident_entries','incident_entries_by_incident','3 1 1');
INSERT INTO "sqlite_stat1" VALUES('incidents','incidents_by_time','3 3');
INSERT INTO "sqlite_stat1" VALUES('incidents','incidents_by_rule','3 1 1');
INSERT INTO "sqlite_stat1" VALUES('incidents','incidents_open','3 1');
INSERT INTO "sqlite_stat1" VALUES('incidents','sqlite_autoindex_incidents_1','3 1');
INSERT INTO "sqlite_stat1" VALUES('secret_minutes','secret_minutes','2 1 1');
INSERT INTO "sqlite_stat1" VALUES('deliveries','tries_by_key','3 3 1 1');
INSERT INTO "sqlite_stat1" VALUES('deliveries','events_by_key','13 7 1');
INSERT INTO "sqlite_stat1" VALUES('deliveries','deliveries_by_failure','2 1');
INSERT INTO "sqlite_stat1" VALUES('deliveries','deliveries_by_type','17 5 1');
INSERT INTO "sqlite_stat1" VALUES('deliveries','deliveries_by_endpoint','17 6 1');
INSERT INTO "sqlite_stat1" VALUES('rejection_minutes','rejection_minutes','2 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('measure_hours','measure_hours','18 3 3 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('attempts','attempts_by_forward','21 2 1');
INSERT INTO "sqlite_stat1" VALUES('attempt_minutes','attempt_minutes','6 3 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('measure_minutes','measure_minutes','18 3 3 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('attempt_hours','attempt_hours','5 3 3 3 1');
INSERT INTO "sqlite_stat1" VALUES('forwards','forwards_by_job','0 0 0');
INSERT INTO "sqlite_stat1" VALUES('forwards','forwards_by_delivery','38 3 1');
INSERT INTO "sqlite_stat1" VALUES('forwards','forwards_dead','0 0 0');
INSERT INTO "sqlite_stat1" VALUES('forwards','forwards_in_order','0 0 0 0');
INSERT INTO "sqlite_stat1" VALUES('forwards','forwards_queued','17 9 1');
CREATE TABLE tokens (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    hash         BLOB NOT NULL UNIQUE,
    hint         TEXT NOT NULL,                        -- its last four characters
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;
INSERT INTO "tokens" VALUES(X'01A21308D8C673F9A1645616B4D4B6EB','reader',X'E844A3CC9CC0A578237BCC19898E2864ECF41280E9A0C4DF5144491DEB0CF4E9','36b6','viewer',1795615676614,'command line',NULL,NULL,NULL);
CREATE TABLE users (
    id            BLOB PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE,                 -- trimmed and lower case
    password_hash TEXT NOT NULL,                        -- PHC string, argon2id
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;
INSERT INTO "users" VALUES(X'01A21308D86B7725A787357A382D09D0','admin@example.com','$argon2id$v=19$m=19456,t=2,p=1$I7Qax8lIL5c4AaNdfEyY4w$QnWLGWDseS1laM+SC4Wb6LYzfklrNCFkB8CwjhAQn0I','admin',NULL,1795615676429,NULL);
INSERT INTO "users" VALUES(X'01A21308D8B176058F664FB28CA3F018','viewer@example.com','$argon2id$v=19$m=19456,t=2,p=1$ZylGD7FTxYv7ilUrySkJmQ$1Tov72DNw2/DQ2q7OxA/fIyytD/l5hqeBYDTOF4AKNE','viewer',1795615676659,1795615676554,NULL);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX secrets_by_endpoint ON secrets (endpoint_id);
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint_id, id);
CREATE INDEX deliveries_by_type ON deliveries (event_type, id);
CREATE INDEX deliveries_by_failure ON deliveries (id) WHERE outcome = 'rejected';
CREATE UNIQUE INDEX events_by_key ON deliveries (endpoint_id, event_key) WHERE outcome = 'accepted' AND event_key IS NOT NULL;
CREATE INDEX tries_by_key ON deliveries (endpoint_id, event_key, try_number) WHERE outcome <> 'accepted' AND event_key IS NOT NULL;
CREATE INDEX reverifications_by_delivery ON reverifications (delivery_id, id);
CREATE INDEX forwards_queued ON forwards (destination_id, next_at) WHERE state = 'queued';
CREATE INDEX forwards_in_order ON forwards (destination_id, resource, id) WHERE state = 'queued' AND resource IS NOT NULL;
CREATE INDEX forwards_dead ON forwards (destination_id, id) WHERE state = 'dead';
CREATE INDEX forwards_by_delivery ON forwards (delivery_id, id);
CREATE INDEX forwards_by_job ON forwards (job_id, state) WHERE job_id IS NOT NULL;
CREATE INDEX attempts_by_forward ON attempts (forward_id, id);
CREATE INDEX jobs_running ON jobs (created_at) WHERE state = 'running';
CREATE INDEX local_results_by_delivery ON local_results (delivery_id, id);
CREATE INDEX alert_rules_by_endpoint ON alert_rules (endpoint_id) WHERE endpoint_id IS NOT NULL;
CREATE INDEX alert_rules_by_destination ON alert_rules (destination_id) WHERE destination_id IS NOT NULL;
CREATE UNIQUE INDEX incidents_open ON incidents (rule_id) WHERE ended_at IS NULL;
CREATE INDEX incidents_by_rule ON incidents (rule_id, opened_at);
CREATE INDEX incidents_by_time ON incidents (opened_at);
CREATE INDEX incident_entries_by_incident ON incident_entries (incident_id, id);
CREATE INDEX notices_queued ON notices (channel_id, id) WHERE state = 'queued';
CREATE INDEX notices_by_incident ON notices (incident_id, id) WHERE incident_id IS NOT NULL;
CREATE INDEX notices_by_channel ON notices (channel_id, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('notices',3);
COMMIT;
