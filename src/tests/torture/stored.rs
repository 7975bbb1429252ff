//! What is in the database, read by somebody else: a connection of this program's own that knows nothing of Hookpost.

use sqlx::{
    Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use std::{collections::HashMap, path::Path};

/// One event out of ten is of this type: it is forwarded, where a destination takes it.
pub const FORWARDED: &str = "torture.forwarded";

/// The body of an event, filled up to about so many bytes. It follows from the id, so that it can be told later.
pub fn body_of(id: &str, size: usize) -> Vec<u8> {
    let kind = if is_forwarded(id) { FORWARDED } else { "torture.kept" };
    format!(r#"{{"type":"{kind}","data":{{"id":"{id}","filler":"{}"}}}}"#, "é".repeat(size / 2)).into_bytes()
}

/// Whether an event of this id is one that is forwarded.
pub fn is_forwarded(id: &str) -> bool {
    id.ends_with('0')
}

/// An event that is stored.
#[derive(Debug, Default)]
pub struct Event {
    /// Accepted deliveries of it.
    pub rows: u32,
    /// The body of the last one that was read.
    pub body: Vec<u8>,
}

/// What is stored.
#[derive(Debug)]
pub struct Stored {
    /// Accepted deliveries by their event key.
    pub accepted: HashMap<String, Event>,
    /// What `PRAGMA integrity_check` says.
    pub integrity: String,
}

impl Stored {
    /// Reads a database, beside a server or after it.
    pub fn read(database: &Path) -> Self {
        // NOT INDEXED: the index that makes events unique is not asked whether they are.
        let rows = query(
            database,
            "SELECT event_key, body FROM deliveries NOT INDEXED JOIN payloads ON delivery_id = id \
             WHERE outcome = 'accepted' AND event_key IS NOT NULL",
        );
        let mut accepted: HashMap<String, Event> = HashMap::new();
        for row in rows {
            let event = accepted.entry(row.get(0)).or_default();
            event.rows += 1;
            event.body = row.get(1);
        }
        let integrity =
            query(database, "PRAGMA integrity_check").iter().map(|row| row.get::<String, _>(0)).collect();
        Self { accepted, integrity }
    }
}

/// The rows of a question.
pub fn query(database: &Path, sql: &'static str) -> Vec<SqliteRow> {
    run(async {
        let mut connection = open(database).await;
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    })
}

/// A number that is asked for.
pub fn number(database: &Path, sql: &'static str) -> i64 {
    query(database, sql)[0].get(0)
}

async fn open(database: &Path) -> SqliteConnection {
    // Not read-only: after a kill the log has to be recovered by whoever comes first.
    let options = SqliteConnectOptions::new().filename(database);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Runs a future to its end.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A reader that holds on to what it saw, so that the write-ahead log cannot begin anew. It lets go when dropped.
pub struct Holder {
    _runtime: tokio::runtime::Runtime,
    _connection: SqliteConnection,
}

impl Holder {
    /// Begins to read, and stays.
    pub fn begin(database: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(async {
            let mut connection = open(database).await;
            for sql in ["BEGIN", "SELECT count(*) FROM endpoints"] {
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            connection
        });
        Self { _runtime: runtime, _connection: connection }
    }
}
