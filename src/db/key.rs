//! The master key's proof in the file, the key of the data, and changing the master key.
//!
//! A change is one transaction: everything sealed is sealed anew, and the proof with it. The new key lies in a file
//! beside the old one (`….new`) before that, and takes its place after, so that a crash at any point leaves a key that
//! opens the file: at the next start the proof tells which of those that lie there it is (see [`crate::crypto::key_file`]).

mod reseal;
mod rotate;

pub use reseal::unopened;
pub use rotate::{RotateError, Unchanged, change, rotate_file, rotate_given};

use super::DbError;
use crate::crypto::{
    self, DataKey, KeyError, MasterKey, OpenError,
    key_file::{self, KeyLock},
};
use sqlx::{Connection, SqliteConnection};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

/// How often a key that fits is looked for …
const LOOKS: u32 = 6;
/// … and after which pause again: files are renamed in less.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

const PROOF: &[u8] = b"hookpost master key";

/// A master key, and the file it came from.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The key.
    pub key: MasterKey,
    /// None: it was given as a variable.
    pub file: Option<PathBuf>,
}

/// The key that fits the database, and the file in which it lies.
struct Found {
    key: MasterKey,
    /// None: it is the one that was given, or read before.
    file: Option<PathBuf>,
}

impl KeySource {
    /// The key in a file. When there is no database yet, it is made on the first start; says whether it was. When the
    /// file is gone or damaged, another key that lies beside it may fit.
    ///
    /// # Errors
    /// When there is no usable key.
    pub fn in_file(file: &Path, has_database: bool) -> Result<(Self, bool), KeyError> {
        let source = |key| Self { key, file: Some(file.to_owned()) };
        if !has_database {
            let (key, made) = MasterKey::from_file(file)?;
            return Ok((source(key), made));
        }
        let missing = match MasterKey::read(file) {
            Ok(Some(key)) => return Ok((source(key), false)),
            Ok(None) => KeyError::Missing { path: file.display().to_string() },
            Err(error) => error,
        };
        let beside =
            key_file::candidates(file).into_iter().find_map(|path| MasterKey::read(&path).ok().flatten());
        beside.map(|key| (source(key), false)).ok_or(missing)
    }

    /// The key that fits the file. A change of keys that a crash interrupted is brought to its end. None: there is no
    /// proof yet, as in a new file.
    ///
    /// # Errors
    /// [`DbError::Sealed`] when none fits.
    pub(super) async fn prove(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<Option<MasterKey>, DbError> {
        let Some(found) = self.find(connection).await? else { return Ok(None) };
        if let Some(file) = self.unfinished(&found)
            // Who holds the lock is about to do it.
            && let Ok(Some(held)) = KeyLock::take(file)
            && let Some(found) = self.find(connection).await?
        {
            self.finish(&found, &held);
            return Ok(Some(found.key));
        }
        Ok(Some(found.key))
    }

    /// Looks for the key that fits, more than once: while another process changes keys, the proof is read before and the
    /// files after a rename, and none fits for a moment.
    async fn find(&self, connection: &mut SqliteConnection) -> Result<Option<Found>, DbError> {
        for _ in 1..LOOKS {
            match self.look(connection).await {
                Err(DbError::Sealed(_)) => tokio::time::sleep(BETWEEN_LOOKS).await,
                found => return found,
            }
        }
        self.look(connection).await
    }

    /// Looks through every key that may be the right one by now.
    async fn look(&self, connection: &mut SqliteConnection) -> Result<Option<Found>, DbError> {
        let Some((id, sealed)) = proof(connection).await? else { return Ok(None) };
        let fits = |key: &MasterKey| key.open(&id, &sealed).is_ok();
        let files = self.file.iter().flat_map(|file| key_file::candidates(file));
        let mut in_files =
            files.filter_map(|file| Some(Found { key: MasterKey::read(&file).ok()??, file: Some(file) }));
        if let Some(found) = in_files.find(|found| fits(&found.key)) {
            return Ok(Some(found));
        }
        // The file may have been taken away while the server runs.
        let known = fits(&self.key).then(|| Found { key: self.key.clone(), file: None });
        Ok(Some(known.ok_or(OpenError)?))
    }

    /// The key file, when the key that fits belongs there and does not lie there: it is the next one, or the file is gone.
    fn unfinished(&self, found: &Found) -> Option<&Path> {
        let (file, from) = (self.file.as_deref()?, found.file.as_deref()?);
        let is_gone = || !matches!(MasterKey::read(file), Ok(Some(_)));
        (from != file && (from == key_file::next_file(file) || is_gone())).then_some(file)
    }

    /// Brings a change to its end as far as that can be done: the key is in use all the same.
    fn finish(&self, found: &Found, held: &KeyLock) {
        let Some(from) = &found.file else { return };
        if let Some(file) = self.unfinished(found) {
            let (at, to) = (from.display(), file.display());
            match key_file::put_in_place(file, from, held) {
                Ok(()) => {
                    tracing::warn!("the master key that fits the database lay in {at}: it is in {to} now");
                }
                Err(error) => tracing::error!(
                    %error, "the master key that fits the database lies in {at} and cannot be put in {to}: {error}"
                ),
            }
        } else if self.file.as_ref() != Some(from) {
            tracing::warn!("the master key that fits this database is the one in {}", from.display());
        }
    }
}

async fn proof(connection: &mut SqliteConnection) -> Result<Option<(Vec<u8>, Vec<u8>)>, DbError> {
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'key_check'")
            .fetch_one(&mut *connection)
            .await?;
    if tables == 0 {
        return Ok(None);
    }
    Ok(sqlx::query_as("SELECT id, sealed FROM key_check").fetch_optional(connection).await?)
}

/// Writes the proof of a new file.
pub(super) async fn seal_proof(connection: &mut SqliteConnection, key: &MasterKey) -> Result<(), DbError> {
    let id = crypto::random::<16>()?;
    sqlx::query(
        "INSERT INTO key_check (singleton, id, sealed) VALUES (1, $1, $2) \
         ON CONFLICT (singleton) DO UPDATE SET id = excluded.id, sealed = excluded.sealed",
    )
    .bind(&id[..])
    .bind(key.seal(&id, PROOF)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the key is the one of the file, asked in the transaction that seals something with it.
///
/// # Errors
/// [`DbError::KeyChanged`] when it is not.
pub(super) async fn must_fit(connection: &mut SqliteConnection, key: &MasterKey) -> Result<(), DbError> {
    let (id, sealed) = proof(connection).await?.ok_or(DbError::KeyChanged)?;
    key.open(&id, &sealed).map(|_proof| ()).map_err(|_| DbError::KeyChanged)
}

/// The key that seals header values. Made on the first start.
///
/// # Errors
/// [`DbError::Sealed`] when the master key does not open it, [`DbError::KeyChanged`] when it was changed meanwhile.
pub(super) async fn data_key(connection: &mut SqliteConnection, key: &MasterKey) -> Result<DataKey, DbError> {
    const FIND: &str = "SELECT id, sealed FROM data_keys WHERE purpose = 'headers'";
    let found: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(FIND).fetch_optional(&mut *connection).await?;
    let (id, sealed) = match found {
        Some(found) => found,
        None => {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            must_fit(&mut transaction, key).await?;
            let (id, new) =
                (crypto::random::<16>()?, Zeroizing::new(crypto::random::<{ crypto::KEY_LEN }>()?));
            // Another process may have been first.
            sqlx::query(
                "INSERT INTO data_keys (purpose, id, sealed) VALUES ('headers', $1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(&id[..])
            .bind(key.seal(&id, &new[..])?)
            .execute(&mut *transaction)
            .await?;
            let found = sqlx::query_as(FIND).fetch_one(&mut *transaction).await?;
            transaction.commit().await?;
            found
        }
    };
    let opened = key.open(&id, &sealed)?;
    let bytes = opened.as_slice().try_into().map_err(|_| DbError::Corrupt {
        column: "data_keys.sealed",
        detail: format!("{} bytes", opened.len()),
    })?;
    Ok(DataKey::from_bytes(bytes))
}
