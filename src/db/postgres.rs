//! What is Postgres' own: the codes of its errors.

pub(super) mod errors;

use sqlx::migrate::Migrator;

pub(in crate::db) static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");
