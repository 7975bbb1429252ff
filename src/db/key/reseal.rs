//! Sealing everything again.

use crate::{
    crypto::MasterKey,
    db::{Connection, DbError},
};
use uuid::Uuid;

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

/// Every column that is sealed with the master key. A test compares this with the schema.
const SEALED: &[SealedColumn] = &[
    sealed!("secrets", "sealed"),
    sealed!("destinations", "sealed"),
    sealed!("destinations", "old_sealed"),
    sealed!("destinations", "sealed_target"),
    sealed!("channels", "sealed"),
    sealed!("data_keys", "sealed"),
    sealed!("backup_plan", "sealed"),
];

/// Seals every value again, and forgets what waits to be shown once: it is made again as easily. Says how many there were.
///
/// # Errors
/// When something does not open with the old key, or the database fails.
pub(super) async fn all(
    connection: &mut Connection,
    old: &MasterKey,
    new: &MasterKey,
) -> Result<usize, DbError> {
    let mut count = 0;
    for column in SEALED {
        let rows: Vec<(Uuid, Vec<u8>)> = connection.sql(column.select).all().await?;
        count += rows.len();
        for (id, sealed) in rows {
            let again = new.seal(id.as_bytes(), &old.open(id.as_bytes(), &sealed)?)?;
            connection.sql(column.update).bind(id).bind(again).run().await?;
        }
    }
    connection.sql("DELETE FROM shown_once").run().await?;
    Ok(count)
}

/// Sealed values that a key does not open: `table.column`, and how many.
pub async fn unopened(
    connection: &mut Connection,
    key: &MasterKey,
) -> Result<Vec<(&'static str, usize)>, DbError> {
    let mut found = Vec::new();
    for column in SEALED {
        let rows: Vec<(Uuid, Vec<u8>)> = connection.sql(column.select).all().await?;
        let count = rows.iter().filter(|(id, sealed)| key.open(id.as_bytes(), sealed).is_err()).count();
        if count > 0 {
            found.push((column.name, count));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sealed with another key, or proves this one, or is forgotten when it changes.
    const OTHERWISE: [&str; 3] = ["key_check.sealed", "payloads.sealed_headers", "shown_once.sealed"];

    #[tokio::test]
    async fn every_sealed_column_of_the_schema_is_sealed_anew() {
        let mut connection = Connection::in_memory().await;
        let mut found: Vec<String> = connection
            .sql(
                "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND c.name LIKE '%sealed%' ORDER BY 1",
            )
            .scalars()
            .await
            .unwrap();
        found.retain(|column| !OTHERWISE.contains(&column.as_str()));
        let mut known: Vec<&str> = SEALED.iter().map(|column| column.name).collect();
        known.sort_unstable();
        assert_eq!(found, known, "add new columns to SEALED");
        for column in SEALED {
            // The statements fit the schema.
            let none: Vec<(Uuid, Vec<u8>)> = connection.sql(column.select).all().await.unwrap();
            assert!(none.is_empty());
            connection.sql(column.update).bind(Uuid::nil()).bind(&[0_u8][..]).run().await.unwrap();
        }
    }
}
