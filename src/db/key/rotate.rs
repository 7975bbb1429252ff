//! Changing the master key, by one process at a time.

use super::{must_fit, reseal, seal_proof};
use crate::{
    crypto::{
        KeyError, MasterKey,
        key_file::{self, KeyLock},
    },
    db::{Db, DbError, audit, revision},
    model::audit::{Action, Actor},
};
use std::path::Path;

/// Why the key was not changed, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Another process is at it.
    #[error("another rotation is in progress; wait until it ends")]
    UnderWay,
    /// The new key is the one in use.
    #[error("the new key is already in use; choose another")]
    SameKey,
    /// Nothing was changed.
    #[error("{0}. Nothing was changed")]
    Unchanged(#[from] Unchanged),
    /// Everything is sealed with the new key, but that is not in its place.
    #[error(
        "all secrets are encrypted with the new key, which is in {from} and could not be put in place: {error}. \
         Hookpost will find it there. Fix the cause and run any command to move it"
    )]
    NotInPlace {
        /// Where the new key lies.
        from: String,
        /// Why it stays there.
        error: KeyError,
    },
    /// Nobody can say.
    #[error(
        "unknown whether the change was stored: {0}. Both keys are kept, and each start looks for the one that matches"
    )]
    Unknown(DbError),
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Unchanged {
    /// The files.
    #[error(transparent)]
    Files(#[from] KeyError),
    #[error(transparent)]
    /// The database failed.
    Db(#[from] DbError),
}

fn files(error: KeyError) -> RotateError {
    RotateError::Unchanged(error.into())
}

fn database_error(error: DbError) -> RotateError {
    RotateError::Unchanged(error.into())
}

/// Puts a new random key in the place of the one in `file`, and seals everything with it.
///
/// # Errors
/// See [`RotateError`]. Whatever happens, the key that opens the database lies in `file` or beside it.
pub async fn rotate_file(db: &Db, by: &Actor, file: &Path) -> Result<(), RotateError> {
    let held = KeyLock::take(file).map_err(files)?.ok_or(RotateError::UnderWay)?;
    // What another process did meanwhile, or left undone.
    settle(db, &held).await.map_err(database_error)?;
    let next = key_file::next_file(file);
    // It does not fit, or it would be in its place by now. Should it fit some day, it is found under its other name too.
    key_file::set_aside(&next, file, &held).map_err(files)?;
    key_file::rehearse(file, &held).map_err(files)?;
    let new = key_file::create(&next, Some(file)).map_err(files)?;
    stored(db, change(db, by, &new).await, &new).await?;
    db.use_key(new);
    key_file::put_in_place(file, &next, &held)
        .map_err(|error| RotateError::NotInPlace { from: next.display().to_string(), error })
}

/// Seals everything with a key that is kept elsewhere. The lock lies beside `database`.
///
/// # Errors
/// See [`RotateError`].
pub async fn rotate_given(db: &Db, by: &Actor, new: &MasterKey, database: &Path) -> Result<(), RotateError> {
    let held = KeyLock::take(&key_file::with_suffix(database, ".key")).map_err(files)?;
    let _held = held.ok_or(RotateError::UnderWay)?;
    if is_in_use(db, new).await.map_err(database_error)? {
        return Err(RotateError::SameKey);
    }
    stored(db, change(db, by, new).await, new).await
}

/// What became of a change. An error at the commit leaves open whether it took place: the proof tells.
async fn stored(db: &Db, said: Result<(), DbError>, new: &MasterKey) -> Result<(), RotateError> {
    match (is_in_use(db, new).await, said) {
        (Ok(true), _) => Ok(()),
        (Ok(false), Err(error)) => Err(database_error(error)),
        (Ok(false), Ok(())) => Err(RotateError::Unknown(DbError::KeyChanged)),
        (Err(error), said) => Err(RotateError::Unknown(said.err().unwrap_or(error))),
    }
}

/// Looks which key fits now, and brings to its end what was interrupted.
async fn settle(db: &Db, held: &KeyLock) -> Result<(), DbError> {
    let source = db.key_source();
    let found = source.find(&mut db.read().await?).await?.ok_or(DbError::KeyChanged)?;
    source.finish(&found, held);
    db.use_key(found.key);
    Ok(())
}

async fn is_in_use(db: &Db, key: &MasterKey) -> Result<bool, DbError> {
    match must_fit(&mut db.read().await?, key).await {
        Ok(()) => Ok(true),
        Err(DbError::KeyChanged) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Seals everything again, in one transaction with the entry in the audit log.
///
/// # Errors
/// When something does not open with the old key, or the database fails. After an error at the commit nobody knows
/// whether it took place.
pub async fn change(db: &Db, by: &Actor, new: &MasterKey) -> Result<(), DbError> {
    let old = db.key();
    let mut tx = db.begin().await?;
    must_fit(&mut tx, &old).await?;
    // What the old key opens is not to stay behind in free pages.
    tx.overwrite_deleted(true).await?;
    let count = reseal::all(&mut tx, &old, new).await?;
    seal_proof(&mut tx, new).await?;
    let detail = format!("{count} secrets re-encrypted");
    audit::insert(&mut tx, &by.entry(Action::KeyRotated, "", "", detail)).await?;
    revision::bump(&mut tx).await?;
    tx.overwrite_deleted(false).await?;
    tx.commit().await
}
