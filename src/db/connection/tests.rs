//! Connections for tests of what lies above, and that statements do the same on each engine.

use super::{Connection, Query};
use crate::db::DbError;
use sqlx::{Connection as _, FromRow, types::Json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

impl Connection {
    /// To an empty database that only this one sees.
    pub(in crate::db) async fn of_memory() -> Self {
        sqlx::SqliteConnection::connect(":memory:").await.unwrap().into()
    }

    /// The same with our tables: in memory, or in a schema of its own where `HOOKPOST_TEST_POSTGRES` names a server.
    pub(in crate::db) async fn with_tables() -> Self {
        let Ok(url) = std::env::var("HOOKPOST_TEST_POSTGRES") else { return Self::in_memory().await };
        let mut connection = Self::from(sqlx::PgPool::connect(&url).await.unwrap().acquire().await.unwrap());
        let schema = format!("test_{}", uuid::Uuid::now_v7().simple());
        for statement in [format!("CREATE SCHEMA {schema}"), format!("SET search_path TO {schema}")] {
            let Self::Postgres(inner) = &mut connection else { panic!("it is Postgres") };
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut **inner).await.unwrap();
        }
        connection.migrate().await.unwrap();
        connection
    }

    /// To an empty database with our tables that only this one sees.
    pub(in crate::db) async fn in_memory() -> Self {
        let mut connection = Self::of_memory().await;
        connection.migrate().await.unwrap();
        connection
    }

    /// Counts the steps of SQLite's machine from now on.
    pub(in crate::db) async fn count_steps(&mut self) -> Arc<AtomicU64> {
        let Self::Sqlite(connection) = self else { panic!("it is in memory") };
        let steps = Arc::new(AtomicU64::new(0));
        let counted = steps.clone();
        connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            true
        });
        steps
    }
}

#[derive(Debug, PartialEq, FromRow)]
struct Thing {
    id: uuid::Uuid,
    name: String,
    count: Option<i64>,
    is_on: bool,
    #[sqlx(json)]
    parts: Vec<u8>,
}

fn narrow<'q>(query: &mut Query<'_>, names: &'q [&'q str]) {
    query.push(" WHERE name IN (").push_list(names).push(")");
}

/// The same on each engine, on tables that are gone afterwards.
async fn statements_do_what_they_say(connection: &mut Connection) {
    let table = connection.choose(
        "CREATE TEMPORARY TABLE things (id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER, is_on INTEGER NOT NULL, \
         parts TEXT NOT NULL) STRICT",
        "CREATE TEMPORARY TABLE things (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, count BIGINT, is_on BOOLEAN NOT NULL, \
         parts JSONB NOT NULL)",
    );
    connection.sql(table).run().await.unwrap();
    let thing = |n: u128, count| Thing {
        id: uuid::Uuid::from_u128(n),
        name: format!("thing {n}"),
        count,
        is_on: n == 2,
        parts: vec![1, 2],
    };
    let [one, two, three] = [thing(1, Some(7)), thing(2, None), thing(3, Some(-1))];
    let insert = "INSERT INTO things (id, name, count, is_on, parts) VALUES ($1, $2, $3, $4, $5)";
    let put = async |connection: &mut Connection, of: &Thing| {
        let query = connection.sql(insert).bind(of.id).bind(&of.name).bind(of.count).bind(of.is_on);
        query.bind(Json(&of.parts)).run().await
    };
    assert_eq!(put(connection, &one).await.unwrap(), 1);
    let twice = put(connection, &Thing { name: one.name.clone(), ..thing(9, None) }).await.unwrap_err();
    assert!(twice.breaks_unique("things.name") && !twice.breaks_unique("things.id"), "{twice:?}");

    let mut query = connection.sql("INSERT INTO things (id, name, count, is_on, parts) ");
    query.push_rows([&two, &three], |row, of| {
        row.bind(of.id).bind(&of.name).bind(of.count).bind(of.is_on).bind(Json(&of.parts));
    });
    assert_eq!(query.run().await.unwrap(), 2);

    let all = "SELECT * FROM things ORDER BY name";
    assert_eq!(connection.sql(all).all::<Thing>().await.unwrap(), [one, two, three]);
    let first: (uuid::Uuid, String) =
        connection.sql("SELECT id, name FROM things WHERE name = $1").bind("thing 1").one().await.unwrap();
    assert_eq!(first, (uuid::Uuid::from_u128(1), "thing 1".to_owned()));
    let none = "SELECT name FROM things WHERE count = $1";
    assert_eq!(connection.sql(none).bind(1_000_i64).optional::<(String,)>().await.unwrap(), None);
    assert_eq!(connection.sql(none).bind(1_000_i64).optional_scalar::<String>().await.unwrap(), None);
    let missing = connection.sql(none).bind(1_000_i64).scalar::<String>().await.unwrap_err();
    assert!(matches!(missing, DbError::Sqlx(sqlx::Error::RowNotFound)), "{missing:?}");

    // Numbered values, and further ones that are pushed.
    let mut query = connection.sql("SELECT name FROM things WHERE is_on = $1").bind(false);
    query.push(" AND count < ").push_bind(8_i64).push(" AND count > ").push_bind(0_i64);
    assert_eq!(query.scalars::<String>().await.unwrap(), ["thing 1"]);
    // Pushed ones alone.
    let mut query = connection.sql("SELECT count(*) FROM ");
    query.push_name("things");
    narrow(&mut query, &["thing 1", "thing 3", "'; DROP TABLE things"]);
    query.push(" AND (count = ").push_bind(7_i64).push(" OR count = ").push_bind(-1_i64).push(")");
    assert_eq!(query.scalar::<i64>().await.unwrap(), 2);
    let mut query = connection.sql("SELECT 1 FROM ");
    query.push_name("things\" WHERE 1 = 1 --");
    assert!(query.optional_scalar::<i64>().await.is_err(), "there is no such table");
}

#[tokio::test]
async fn statements_do_what_they_say_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
    let mut connection = Connection::from(sqlx::SqliteConnection::connect(&url).await.unwrap());
    statements_do_what_they_say(&mut connection).await;
    connection.begin().await.unwrap();
    connection.sql("DELETE FROM things").run().await.unwrap();
    connection.roll_back().await.unwrap();
    assert_eq!(connection.sql("SELECT count(*) FROM things").scalar::<i64>().await.unwrap(), 3);
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server: HOOKPOST_TEST_POSTGRES=postgres://…"]
async fn statements_do_what_they_say_on_postgres() {
    let url = std::env::var("HOOKPOST_TEST_POSTGRES").unwrap();
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    let mut connection = Connection::from(pool.acquire().await.unwrap());
    statements_do_what_they_say(&mut connection).await;
    connection.begin().await.unwrap();
    connection.sql("DELETE FROM things").run().await.unwrap();
    connection.roll_back().await.unwrap();
    assert_eq!(connection.sql("SELECT count(*) FROM things").scalar::<i64>().await.unwrap(), 3);
    connection.sql("SET statement_timeout = 50").run().await.unwrap();
    let slow = connection.sql("SELECT pg_sleep(5)").run().await.unwrap_err();
    assert!(matches!(slow, DbError::TooSlow), "{slow:?}");
}
