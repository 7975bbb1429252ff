//! A database of an earlier version, with data: the new one opens it, and everything is there and of use. One from before the
//! first release is refused.
//!
//! `upgrade/0001.sql` has the rows of a database of migration 1: accepted, repeated and rejected deliveries of three endpoints,
//! forwards in every state, a channel, open incidents, users, a token. Two destinations are paused in it, until they point
//! to where this test listens.

use crate::{
    harness::{Dice, Scenario, rounds, until},
    http::{once, request},
    process::Workspace,
    sender::{Endpoint, Signing},
    server::{ALLOW, Launch},
    shim::Shim,
    sink::Sink,
    stored::{number, query, run},
};
use sqlx::{
    AssertSqlSafe, Connection, Row, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode},
};
use std::{
    collections::BTreeMap,
    path::Path,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
const ROWS: &str = include_str!("upgrade/0001.sql");
const BEFORE_RELEASE: &str = include_str!("upgrade/before_release.sql");
/// As sqlx keeps them.
const NOTES: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL, \
     execution_time BIGINT NOT NULL)";
/// When it was made, unix seconds.
const MADE_AT: i64 = 1_795_615_751;
const MASTER_KEY: &str = "QAYrhLiybKjJNsie74oDRpLL7MoPt+fhQkHFoDHKdoE=";
const TOKEN: &str = "hkp_c83b49113a4ce2d40c7a41d0fc17433cfd335852e3a80dd2e69db1d4f6cc36b6";
const OPENAI: &str = "/in/55eb497244e9b93273e83fa14ecf70fd";
const GITHUB: &str = "/in/cfb38c828a0b832e25926ac8421fa605";
const GITHUB_SECRET: &str = "a secret of github, long enough";

/// Tables of which no row may be missing afterwards.
const KEPT: [&str; 16] = [
    "users",
    "endpoints",
    "secrets",
    "deliveries",
    "payloads",
    "destinations",
    "forwards",
    "attempts",
    "tokens",
    "channels",
    "alert_rules",
    "incidents",
    "incident_entries",
    "notices",
    "audit_entries",
    "counts",
];

/// Rows of each table, and the bodies.
fn census(database: &Path) -> (BTreeMap<&'static str, i64>, Vec<Vec<u8>>) {
    let counts = run(async {
        let mut connection =
            SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(database)).await.unwrap();
        let mut counts = BTreeMap::new();
        for table in KEPT {
            let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
            counts.insert(table, sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap());
        }
        counts
    });
    // New deliveries come after those that were there.
    let bodies = query(database, "SELECT body FROM payloads ORDER BY delivery_id LIMIT 17");
    (counts, bodies.iter().map(|row| row.get(0)).collect())
}

async fn create(workspace: &Workspace) -> SqliteConnection {
    std::fs::write(workspace.path("hookpost.db.key"), format!("{MASTER_KEY}\n")).unwrap();
    let options = SqliteConnectOptions::new()
        .filename(workspace.path("hookpost.db"))
        .create_if_missing(true)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(false);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Makes the old database.
fn make_old(workspace: &Workspace) {
    run(async {
        let mut connection = create(workspace).await;
        let first = MIGRATIONS.iter().find(|migration| migration.version == 1).unwrap();
        sqlx::raw_sql(first.sql.clone()).execute(&mut connection).await.unwrap();
        sqlx::raw_sql(NOTES).execute(&mut connection).await.unwrap();
        let note = "INSERT INTO _sqlx_migrations VALUES (1, 'initial', CURRENT_TIMESTAMP, TRUE, $1, 1)";
        sqlx::query(note).bind(&*first.checksum).execute(&mut connection).await.unwrap();
        sqlx::raw_sql(ROWS).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Lets the destinations that are owed something go on, to this place. The commands have the server's clock.
fn point_to(workspace: &Workspace, shim: &Shim, sink: &Sink) {
    let url = sink.url();
    for name in ["worker", "waiting"] {
        let change = [&["destination", "change", name, "--url", &url, "--no-headers"][..], &ALLOW].concat();
        let resume = [&["destination", "resume", name][..], &ALLOW].concat();
        for command in [change, resume] {
            let done = workspace.command(&command).envs(shim.environment()).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

#[test]
fn a_database_of_an_earlier_version_opens_and_everything_is_there_and_of_use() {
    let scenario = Scenario::begin("upgrade with data");
    let (workspace, sink) = (Workspace::new(), Sink::start());
    make_old(&workspace);
    let database = workspace.path("hookpost.db");
    let (before, bodies) = census(&database);
    assert_eq!((before["deliveries"], bodies.len()), (17, 17));
    // An hour after it was made, whatever the day: what is past its time would rightly be deleted.
    let (shim, ahead) = (Shim::new(&workspace), MADE_AT + 3_600 - now());
    shim.shift_clock(ahead);
    // Before the server is there: it would try the old place at once.
    point_to(&workspace, &shim, &sink);
    let server = Launch::new(&workspace).env(shim.environment()).start();

    let (after, bodies_after) = census(&database);
    for (table, count) in &before {
        assert!(after[table] >= *count, "{table}: {} of {count} rows", after[table]);
    }
    assert_eq!((after["deliveries"], &bodies_after), (17, &bodies));
    assert_eq!(query(&database, "PRAGMA foreign_key_check").len(), 0);

    // Secrets open: new webhooks are verified, and old events known.
    let endpoint = Endpoint { path: OPENAI.into(), signing: Signing::Standard(ahead) };
    let github = Endpoint { path: GITHUB.into(), signing: Signing::GitHub(GITHUB_SECRET) };
    let said = |id: &str| endpoint.send(&server.address, id).unwrap().text();
    assert_eq!(said("wh_new_1"), r#"{"status":"accepted"}"#);
    assert_eq!(said("wh_old_3"), r#"{"status":"duplicate"}"#);
    assert_eq!(github.send(&server.address, "new").unwrap().text(), r#"{"status":"accepted"}"#);
    // What was owed is sent: events of type batch.failed were refused at the time.
    for id in ["wh_old_0", "wh_old_4", "wh_old_8"] {
        until("what was owed is forwarded", Duration::from_secs(20), || sink.taken(id) > 0);
    }
    // People and programs get in, and see what was there.
    let cookie = server.log_in().unwrap();
    let events = server.page(&cookie, "/events");
    assert!(events.contains("batch.completed") && events.contains("prod-openai"), "{events}");
    let old = number(&database, "SELECT id FROM deliveries WHERE event_key = 'wh_old_5'");
    assert!(server.page(&cookie, &format!("/events/{old}")).contains("batch_5"));
    let bearer = format!("Bearer {TOKEN}");
    let listed = request("GET", "/api/v1/deliveries", &[("authorization", &bearer)], b"");
    let listed = once(&server.address, &listed).unwrap();
    assert!(
        listed.status == 200 && listed.text().contains("wh_old_5"),
        "{} {}",
        listed.status,
        listed.text()
    );
    server.stop();

    let counts = workspace.run(&["rollups", "check"], b"");
    assert!(counts.status.success(), "{}", String::from_utf8_lossy(&counts.stdout));
    let integrity: String = query(&database, "PRAGMA integrity_check")[0].get(0);
    assert_eq!(integrity, "ok");
    assert!(workspace.run(&["key", "rotate"], b"").status.success(), "everything sealed can be sealed anew");
    scenario.saw(format_args!(
        "a database of migration 1 with {} rows in {} tables: all there, bodies byte for byte, secrets open, forwards that \
         were owed made, log-in, token and counts in order",
        before.values().sum::<i64>(),
        before.len()
    ));
}

#[test]
fn an_upgrade_that_is_killed_at_any_moment_is_done_at_the_next_start() {
    let scenario = Scenario::begin("upgrade killed");
    let (mut dice, mut kills, count) = (Dice::new(), 0, rounds(3, 25));
    for _ in 0..count {
        let workspace = Workspace::new();
        make_old(&workspace);
        let database = workspace.path("hookpost.db");
        let before = census(&database);
        let shim = Shim::new(&workspace);
        shim.shift_clock(MADE_AT + 3_600 - now());
        for _ in 0..3 {
            let mut starting = Launch::new(&workspace).env(shim.environment()).spawn();
            thread::sleep(Duration::from_millis(dice.between(1, 200)));
            assert!(starting.is_running(), "{}", starting.log());
            starting.kill();
            kills += 1;
        }
        Launch::new(&workspace).env(shim.environment()).start().stop();
        let after = census(&database);
        assert!(
            before.0.iter().all(|(table, count)| after.0[table] >= *count) && before.1 == after.1,
            "{after:?}"
        );
    }
    scenario.saw(format_args!(
        "{kills} kills during {count} upgrades; the next start finished each, and all rows were there"
    ));
}

#[test]
fn a_database_from_before_the_first_release_is_refused_untouched() {
    let scenario = Scenario::begin("database from before the first release");
    let workspace = Workspace::new();
    run(async {
        let mut connection = create(&workspace).await;
        sqlx::raw_sql(BEFORE_RELEASE).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    let there = || {
        let entries = std::fs::read_dir(workspace.path(".")).unwrap().map(|entry| entry.unwrap().path());
        let files = entries.filter(|path| !path.ends_with("hookpost.db.lock"));
        files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect::<BTreeMap<_, _>>()
    };
    let before = there();
    let commands: [&[&str]; 6] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["endpoint", "list"],
        &["key", "rotate"],
        &["doctor"],
        &["backup", "copy.db"],
        &["restore", "hookpost.db", "--database", "new.db"],
    ];
    for command in commands {
        let refused = workspace.run(command, b"");
        let said = [refused.stdout, refused.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!refused.status.success(), "{command:?}: {said}");
        assert!(said.contains("pre-release version of Hookpost"), "{command:?}: {said}");
        assert!(there() == before, "{command:?} changed something");
    }
    scenario.saw(format_args!("{} commands refused it and left every byte as it was", commands.len()));
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the clock of the server is put by the machine's")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}
