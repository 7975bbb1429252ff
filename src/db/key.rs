//! The master key's proof in the file, the key of the data, and changing the master key.
//!
//! A change is one transaction: everything sealed is sealed again, and the proof with it. The new key lies in a file
//! beside the old one (`….new`) before that, and takes its place after, so that a crash at any point leaves a key that
//! opens the file: at the next start the proof tells which of those that lie there it is (see [`crate::crypto::key_file`]).

mod reseal;
mod rotate;

pub use reseal::unopened;
pub use rotate::{RotateError, Unchanged, change, rotate_file, rotate_given};

use super::{Connection, DbError};
use crate::crypto::{
    self, DataKey, KeyError, MasterKey, OpenError,
    key_file::{self, KeyLock},
};
use secrecy::SecretString;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use uuid::Uuid;
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
    pub(super) async fn prove(&self, connection: &mut Connection) -> Result<Option<MasterKey>, DbError> {
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
    async fn find(&self, connection: &mut Connection) -> Result<Option<Found>, DbError> {
        for _ in 1..LOOKS {
            match self.look(connection).await {
                Err(DbError::Sealed(_)) => tokio::time::sleep(BETWEEN_LOOKS).await,
                found => return found,
            }
        }
        self.look(connection).await
    }

    /// Looks through every key that may be the right one by now.
    async fn look(&self, connection: &mut Connection) -> Result<Option<Found>, DbError> {
        let Some((id, sealed)) = proof(connection).await? else { return Ok(None) };
        let fits = |key: &MasterKey| key.open(id.as_bytes(), &sealed).is_ok();
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
                    tracing::warn!("the master key that matches the database was in {at}; it is now in {to}");
                }
                Err(error) => tracing::error!(
                    %error, "the master key that matches the database is in {at} and can't be moved to {to}: {error}"
                ),
            }
        } else if self.file.as_ref() != Some(from) {
            tracing::warn!("the master key that matches this database is the one in {}", from.display());
        }
    }
}

async fn proof(connection: &mut Connection) -> Result<Option<(Uuid, Vec<u8>)>, DbError> {
    if !connection.has_table("key_check").await? {
        return Ok(None);
    }
    connection.sql("SELECT id, sealed FROM key_check").optional().await
}

/// Writes the proof of a new file.
pub(super) async fn seal_proof(connection: &mut Connection, key: &MasterKey) -> Result<(), DbError> {
    let id = Uuid::now_v7();
    connection
        .sql(
            "INSERT INTO key_check (singleton, id, sealed) VALUES (1, $1, $2) \
             ON CONFLICT (singleton) DO UPDATE SET id = excluded.id, sealed = excluded.sealed",
        )
        .bind(id)
        .bind(key.seal(id.as_bytes(), PROOF)?)
        .run()
        .await?;
    Ok(())
}

/// Whether the key is the one of the file, asked in the transaction that seals something with it.
///
/// # Errors
/// [`DbError::KeyChanged`] when it is not.
pub(super) async fn must_fit(connection: &mut Connection, key: &MasterKey) -> Result<(), DbError> {
    let (id, sealed) = proof(connection).await?.ok_or(DbError::KeyChanged)?;
    key.open(id.as_bytes(), &sealed).map(|_proof| ()).map_err(|_| DbError::KeyChanged)
}

/// The text that is sealed in `column` of the row `id`.
pub(super) fn open_text(
    key: &MasterKey,
    id: Uuid,
    sealed: &[u8],
    column: &'static str,
) -> Result<SecretString, DbError> {
    let plain = key.open(id.as_bytes(), sealed)?;
    let text = std::str::from_utf8(&plain)
        .map_err(|_| DbError::Corrupt { column: column.into(), detail: "it is not text".to_owned() })?;
    Ok(text.to_owned().into())
}

/// The key that seals header values. Made on the first start.
///
/// # Errors
/// [`DbError::Sealed`] when the master key does not open it, [`DbError::KeyChanged`] when it was changed meanwhile.
pub(super) async fn data_key(connection: &mut Connection, key: &MasterKey) -> Result<DataKey, DbError> {
    const FIND: &str = "SELECT id, sealed FROM data_keys WHERE purpose = 'headers'";
    let found: Option<(Uuid, Vec<u8>)> = connection.sql(FIND).optional().await?;
    let (id, sealed) = match found {
        Some(found) => found,
        None => {
            connection.begin().await?;
            let made = async {
                must_fit(connection, key).await?;
                let (id, new) = (Uuid::now_v7(), Zeroizing::new(crypto::random::<{ crypto::KEY_LEN }>()?));
                // Another process may have been first.
                connection
                    .sql("INSERT INTO data_keys (purpose, id, sealed) VALUES ('headers', $1, $2) ON CONFLICT DO NOTHING")
                    .bind(id)
                    .bind(key.seal(id.as_bytes(), &new[..])?)
                    .run()
                    .await?;
                connection.sql(FIND).one().await
            }
            .await;
            // Whoever finds another key comes back with it, on this connection.
            let ended = if made.is_ok() { connection.commit().await } else { connection.roll_back().await };
            let found = made?;
            ended?;
            found
        }
    };
    let opened = key.open(id.as_bytes(), &sealed)?;
    let bytes = opened.as_slice().try_into().map_err(|_| DbError::Corrupt {
        column: "data_keys.sealed".into(),
        detail: format!("{} bytes", opened.len()),
    })?;
    Ok(DataKey::from_bytes(bytes))
}
