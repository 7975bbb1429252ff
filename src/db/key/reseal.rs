//! Sealing everything anew.

use crate::{crypto::MasterKey, db::DbError};
use sqlx::SqliteConnection;

/// A column of sealed values; the row's id is what they are bound to.
struct SealedColumn {
    /// `table.column`.
    name: &'static str,
    select: &'static str,
    update: &'static str,
}

macro_rules! sealed {
    ($table:literal, $column:literal) => {
        SealedColumn {
            name: concat!($table, ".", $column),
            // An empty value is none: a secret that is kept elsewhere.
            select: concat!("SELECT id, ", $column, " FROM ", $table, " WHERE length(", $column, ") > 0"),
            update: concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE id = $1"),
        }
    };
}

/// Every column that is sealed with the master key. A test holds this against the schema.
const SEALED: &[SealedColumn] = &[
    sealed!("secrets", "sealed"),
    sealed!("destinations", "sealed"),
    sealed!("destinations", "old_sealed"),
    sealed!("destinations", "sealed_target"),
    sealed!("channels", "sealed"),
    sealed!("data_keys", "sealed"),
    // There is one, and it has no id: see `backups::PASSPHRASE_ROW`.
    SealedColumn {
        name: "backup_plan.sealed",
        select: "SELECT CAST('backup_plan.sealed' AS BLOB), sealed FROM backup_plan WHERE length(sealed) > 0",
        update: "UPDATE backup_plan SET sealed = $2 WHERE length($1) > 0",
    },
];

/// Seals every value anew, and forgets what waits to be shown once: it is made anew as easily. Says how many there were.
///
/// # Errors
/// When something does not open with the old key, or the database fails.
pub(super) async fn all(
    connection: &mut SqliteConnection,
    old: &MasterKey,
    new: &MasterKey,
) -> Result<usize, DbError> {
    let mut count = 0;
    for column in SEALED {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(column.select).fetch_all(&mut *connection).await?;
        count += rows.len();
        for (id, sealed) in rows {
            let again = new.seal(&id, &old.open(&id, &sealed)?)?;
            sqlx::query(column.update).bind(id).bind(again).execute(&mut *connection).await?;
        }
    }
    sqlx::query("DELETE FROM shown_once").execute(connection).await?;
    Ok(count)
}

/// Sealed values that a key does not open: `table.column`, and how many.
pub async fn unopened(
    connection: &mut SqliteConnection,
    key: &MasterKey,
) -> Result<Vec<(&'static str, usize)>, DbError> {
    let mut found = Vec::new();
    for column in SEALED {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(column.select).fetch_all(&mut *connection).await?;
        let count = rows.iter().filter(|(id, sealed)| key.open(id, sealed).is_err()).count();
        if count > 0 {
            found.push((column.name, count));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Connection;

    /// What is sealed with another key, or proves this one, or is forgotten when it changes.
    const OTHERWISE: [&str; 3] = ["key_check.sealed", "payloads.sealed_headers", "shown_once.sealed"];

    #[tokio::test]
    async fn every_sealed_column_of_the_schema_is_sealed_anew() {
        let mut connection = SqliteConnection::connect(":memory:").await.unwrap();
        sqlx::migrate!().run(&mut connection).await.unwrap();
        let mut found: Vec<String> = sqlx::query_scalar(
            "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND c.name LIKE '%sealed%' ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        found.retain(|column| !OTHERWISE.contains(&column.as_str()));
        let mut known: Vec<&str> = SEALED.iter().map(|column| column.name).collect();
        known.sort_unstable();
        assert_eq!(found, known, "add new columns to SEALED");
        for column in SEALED {
            // The statements fit the schema.
            let none: Vec<(Vec<u8>, Vec<u8>)> =
                sqlx::query_as(column.select).fetch_all(&mut connection).await.unwrap();
            assert!(none.is_empty());
            let row = sqlx::query(column.update).bind(&[0_u8][..]).bind(&[0_u8][..]);
            row.execute(&mut connection).await.unwrap();
        }
    }
}
