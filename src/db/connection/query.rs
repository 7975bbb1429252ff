//! A statement with its values. It is made on a connection, so that each value is encoded once, for the engine that takes it.

use super::Connection;
use crate::db::{DbError, sqlite};
use sqlx::{
    Arguments, AssertSqlSafe, Decode, Encode, FromRow, Postgres, Sqlite, Type,
    error::BoxDynError,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use std::{borrow::Cow, fmt::Write};

/// What can be a value of a statement.
pub trait Bind<'v>: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}
impl<'v, T> Bind<'v> for T where T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres> {}

/// What a row can be read as: a tuple, or a type with `#[derive(FromRow)]`.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// What a column can be read as.
pub trait Column:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> + Send + Unpin
{
}
impl<T> Column for T where
    T: for<'r> Decode<'r, Sqlite>
        + Type<Sqlite>
        + for<'r> Decode<'r, Postgres>
        + Type<Postgres>
        + Send
        + Unpin
{
}

/// A statement on its way.
#[must_use = "it does nothing until it is run"]
pub struct Query<'c> {
    text: Cow<'static, str>,
    on: On<'c>,
    /// A value was bound by number.
    is_numbered: bool,
    /// A value that could not be encoded.
    refused: Option<BoxDynError>,
}

/// The connection, and what is bound so far.
enum On<'c> {
    Sqlite(&'c mut sqlite::Connection, SqliteArguments),
    Postgres(&'c mut PoolConnection<Postgres>, PgArguments),
}

/// Runs `$query` by sqlx's function `$ask` and the method `$fetch` of what it gives; `$found` is what comes of it.
macro_rules! run {
    ($query:expr, $ask:ident, $fetch:ident $(, $found:expr)?) => {{
        let Query { text, on, refused, .. } = $query;
        if let Some(error) = refused {
            return Err(sqlx::Error::Encode(error).into());
        }
        let text = AssertSqlSafe(text);
        match on {
            On::Sqlite(connection, values) => {
                let found = sqlx::$ask(text, values).$fetch(&mut **connection).await;
                found$(.map($found))?.map_err(|error| connection.told(error))
            }
            On::Postgres(connection, values) => {
                let found = sqlx::$ask(text, values).$fetch(&mut **connection).await;
                found$(.map($found))?.map_err(DbError::from)
            }
        }
    }};
}

impl<'c> Query<'c> {
    pub(super) fn new(connection: &'c mut Connection, text: &'static str) -> Self {
        let on = match connection {
            Connection::Sqlite(connection) => On::Sqlite(connection, SqliteArguments::default()),
            Connection::Postgres(connection) => On::Postgres(connection, PgArguments::default()),
        };
        Self { text: text.into(), on, is_numbered: false, refused: None }
    }

    /// The value of the next number: `$1` first.
    pub fn bind<'v>(mut self, value: impl Bind<'v>) -> Self {
        self.is_numbered = true;
        self.add(value);
        self
    }

    fn add<'v>(&mut self, value: impl Bind<'v>) {
        let added = match &mut self.on {
            On::Sqlite(_, values) => values.add(value),
            On::Postgres(_, values) => values.add(value),
        };
        self.refused = self.refused.take().or(added.err());
    }

    /// Adds to the text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a name that is only known now, in quotation marks.
    pub fn push_name(&mut self, name: &str) -> &mut Self {
        let quoted = name.replace('"', "\"\"");
        let _never_fails = write!(self.text.to_mut(), "\"{quoted}\"");
        self
    }

    /// Adds a value to the text.
    pub fn push_bind<'v>(&mut self, value: impl Bind<'v>) -> &mut Self {
        self.add(value);
        let text = self.text.to_mut();
        let _never_fails = match &self.on {
            // SQLite and sqlx look up a numbered parameter by name, each through all that stand before it.
            On::Sqlite(..) if !self.is_numbered => text.write_str("?"),
            On::Sqlite(_, values) => write!(text, "?{}", values.len()),
            On::Postgres(_, values) => write!(text, "${}", values.len()),
        };
        self
    }

    /// Adds values, with commas between them, for `IN (…)`.
    pub fn push_list<'v, T: Bind<'v>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.push_bind(value);
        }
        self
    }

    /// Adds `VALUES` and a row of each item, whose values `add` binds. At least one row; both engines take tens of thousands
    /// of values in a statement.
    pub fn push_rows<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut add: impl FnMut(&mut Rows<'_, 'c>, T),
    ) -> &mut Self {
        self.push("VALUES ");
        for (index, item) in items.into_iter().enumerate() {
            self.push(if index > 0 { ", (" } else { "(" });
            add(&mut Rows { query: self, has_value: false }, item);
            self.push(")");
        }
        self
    }

    /// Every row.
    ///
    /// # Errors
    /// When the database fails, or a row is not what it is read as.
    pub async fn all<T: Row>(self) -> Result<Vec<T>, DbError> {
        run!(self, query_as_with, fetch_all)
    }

    /// The one row.
    ///
    /// # Errors
    /// There is none, or the database fails.
    pub async fn one<T: Row>(self) -> Result<T, DbError> {
        run!(self, query_as_with, fetch_one)
    }

    /// The row, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn optional<T: Row>(self) -> Result<Option<T>, DbError> {
        run!(self, query_as_with, fetch_optional)
    }

    /// The first column of every row.
    ///
    /// # Errors
    /// When the database fails, or a value is not what it is read as.
    pub async fn scalars<T: Column>(self) -> Result<Vec<T>, DbError> {
        run!(self, query_scalar_with, fetch_all)
    }

    /// The first column of the one row.
    ///
    /// # Errors
    /// There is no row, or the database fails.
    pub async fn scalar<T: Column>(self) -> Result<T, DbError> {
        run!(self, query_scalar_with, fetch_one)
    }

    /// The first column of the row, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn optional_scalar<T: Column>(self) -> Result<Option<T>, DbError> {
        run!(self, query_scalar_with, fetch_optional)
    }

    /// Runs it, and tells how many rows it changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run(self) -> Result<u64, DbError> {
        run!(self, query_with, execute, |done| done.rows_affected())
    }
}

/// A row of [`Query::push_rows`] in the making.
pub struct Rows<'q, 'c> {
    query: &'q mut Query<'c>,
    has_value: bool,
}

impl Rows<'_, '_> {
    /// The value of the next column.
    pub fn bind<'v>(&mut self, value: impl Bind<'v>) -> &mut Self {
        if std::mem::replace(&mut self.has_value, true) {
            self.query.push(", ");
        }
        self.query.push_bind(value);
        self
    }
}
