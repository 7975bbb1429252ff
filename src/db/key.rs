//! The master key's proof in the file, and changing the key.
//!
//! A change is one transaction: everything sealed is sealed anew, and the proof with it. The new key lies in a file
//! beside the old one (`….new`) before that, and takes its place after, so that a crash at any point leaves a key that
//! opens the file: at the next start the proof tells which of the two it is.

use super::{Db, DbError, audit, endpoints::bump_revision};
use crate::{
    crypto::{self, MasterKey, OpenError},
    model::audit::{Action, Actor},
};
use sqlx::SqliteConnection;
use std::path::{Path, PathBuf};

const PROOF: &[u8] = b"hookpost master key";

/// A master key, and the file it came from.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The key.
    pub key: MasterKey,
    /// None: it was given as a variable.
    pub file: Option<PathBuf>,
}

/// Where the next key lies until the old one is replaced.
pub fn next_file(file: &Path) -> PathBuf {
    with_suffix(file, ".new")
}

/// Where the key before lies, for backups that were made with it.
pub fn old_file(file: &Path) -> PathBuf {
    with_suffix(file, ".old")
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl KeySource {
    /// Every key that may be the right one by now, with the file it lies in.
    fn candidates(&self) -> Vec<(MasterKey, Option<PathBuf>)> {
        let mut all = vec![(self.key.clone(), self.file.clone())];
        for file in self.file.iter().flat_map(|file| [file.clone(), next_file(file)]) {
            if let Ok(Some(key)) = MasterKey::read(&file) {
                all.push((key, Some(file)));
            }
        }
        all
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
        let Some((id, sealed)) = proof(connection).await? else { return Ok(None) };
        let fits = |(key, _): &(MasterKey, _)| key.open(&id, &sealed).is_ok();
        let (key, found_in) = self.candidates().into_iter().find(fits).ok_or(OpenError)?;
        if let (Some(file), Some(found_in)) = (&self.file, &found_in)
            && *found_in == next_file(file)
        {
            put_in_place(file).map_err(|error| DbError::KeyFile(error.to_string()))?;
        }
        Ok(Some(key))
    }
}

/// Keeps the old key for backups that were made with it, and puts the new one in its place. Of several processes that
/// do so at once one wins, and the others find it done.
///
/// # Errors
/// When the files cannot be written.
pub fn put_in_place(file: &Path) -> std::io::Result<()> {
    // A name of our own: who loses the race must not write over what the winner kept.
    let kept = with_suffix(file, &format!(".old.{}", std::process::id()));
    if file.exists() {
        // A copy keeps the mode: readable by its owner alone.
        std::fs::copy(file, &kept)?;
    }
    match std::fs::rename(next_file(file), file) {
        Ok(()) if kept.exists() => std::fs::rename(kept, old_file(file)),
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.exists() => {
            std::fs::remove_file(kept)
        }
        Err(error) => Err(error),
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

#[derive(sqlx::FromRow)]
struct SealedDestination {
    id: Vec<u8>,
    sealed: Vec<u8>,
    old_sealed: Option<Vec<u8>>,
}

/// Seals everything anew, in one transaction with the entry in the audit log.
///
/// # Errors
/// When something does not open with the old key, or the database fails; nothing was changed then.
pub async fn change(db: &Db, by: &Actor, new: &MasterKey) -> Result<(), DbError> {
    let (old, key, by) = (db.key(), new.clone(), by.clone());
    db.write(move |c| {
        Box::pin(async move {
            must_fit(c, &old).await?;
            let rows: Vec<(Vec<u8>, Vec<u8>)> =
                sqlx::query_as("SELECT id, sealed FROM secrets WHERE reference IS NULL")
                    .fetch_all(&mut *c)
                    .await?;
            let count = rows.len();
            for (id, sealed) in rows {
                let again = key.seal(&id, &old.open(&id, &sealed)?)?;
                sqlx::query("UPDATE secrets SET sealed = $2 WHERE id = $1")
                    .bind(id)
                    .bind(again)
                    .execute(&mut *c)
                    .await?;
            }
            let rows: Vec<SealedDestination> =
                sqlx::query_as("SELECT id, sealed, old_sealed FROM destinations").fetch_all(&mut *c).await?;
            let count = count + rows.len();
            for SealedDestination { id, sealed, old_sealed } in rows {
                let again =
                    |sealed: &[u8]| -> Result<_, DbError> { Ok(key.seal(&id, &old.open(&id, sealed)?)?) };
                let (sealed, old_sealed) = (again(&sealed)?, old_sealed.as_deref().map(again).transpose()?);
                sqlx::query("UPDATE destinations SET sealed = $2, old_sealed = $3 WHERE id = $1")
                    .bind(&id)
                    .bind(sealed)
                    .bind(old_sealed)
                    .execute(&mut *c)
                    .await?;
            }
            let rows: Vec<(Vec<u8>, Vec<u8>)> =
                sqlx::query_as("SELECT id, sealed FROM channels").fetch_all(&mut *c).await?;
            let count = count + rows.len();
            for (id, sealed) in rows {
                let again = key.seal(&id, &old.open(&id, &sealed)?)?;
                sqlx::query("UPDATE channels SET sealed = $2 WHERE id = $1")
                    .bind(id)
                    .bind(again)
                    .execute(&mut *c)
                    .await?;
            }
            seal_proof(c, &key).await?;
            let detail = format!("{count} secrets sealed anew");
            audit::insert(c, &by.entry(Action::KeyRotated, "", "", detail)).await?;
            bump_revision(c).await
        })
    })
    .await
}
