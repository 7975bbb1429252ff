//! A number that grows with every change of what running servers keep in memory, so that they see that another process
//! made one.

use super::{Connection, DbError};

/// Tells running servers of a change, in its transaction.
pub(crate) async fn bump(connection: &mut Connection) -> Result<(), DbError> {
    connection.sql("UPDATE config_revision SET revision = revision + 1").run().await?;
    Ok(())
}

/// The number by now.
pub async fn read(connection: &mut Connection) -> Result<i64, DbError> {
    connection.sql("SELECT revision FROM config_revision").scalar().await
}
