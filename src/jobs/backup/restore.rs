//! Puts a copy back, under a name where nothing lies.

use crate::{
    crypto::{MasterKey, key_file},
    db::{
        backup as db,
        backup::{Info, Looked},
        disk,
    },
    jobs::backup::{
        BackupError,
        files::{Partial, must_be_free, must_have_room, partial_name},
        make::blocking,
        seal::{self, Kind},
    },
    runtime::config::Settings,
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

/// Where the master key of a database that was put back is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// It was in the backup, and lies here now.
    Placed(PathBuf),
    /// It lies here already, and fits.
    There(PathBuf),
    /// It was given, and fits.
    Given,
    /// It is needed here.
    Needed(PathBuf),
}

/// A database that was put back.
#[derive(Debug)]
pub struct Restored {
    /// What was found in it.
    pub looked: Looked,
    /// What the backup said of itself; none: another tool made it.
    pub info: Option<Info>,
    /// Size of the database, bytes.
    pub bytes: u64,
    /// Where its key is.
    pub key: KeyPlace,
}

/// Puts the copy in `file` back as the database of the settings. Nothing that is there is overwritten.
///
/// # Errors
/// Why not. Nothing is left then but what was there.
pub async fn restore(
    file: &Path,
    settings: &Settings,
    passphrase: Option<SecretString>,
) -> Result<Restored, BackupError> {
    let database = &settings.database;
    must_be_free(database, false)?;
    let size = disk::file_size(file).ok_or_else(|| BackupError::NoFile(file.display().to_string()))?;
    if disk::file_size(&db::beside(file, "-wal")).is_some_and(|size| size > 0) {
        return Err(BackupError::Sealed {
            file: file.display().to_string(),
            why: "there is a -wal file next to it that holds part of its data: it was copied while in use. Make a copy with `hookpost backup` instead"
                .into(),
        });
    }
    must_have_room(disk::folder_of(database), size, database, Some(0))?;
    let partial = Partial::create(partial_name(database))?;
    let (from, shown) = (file.to_owned(), file.to_owned());
    let partial = blocking(move || take_in(&from, partial, passphrase.as_ref())).await??;
    let looked = db::look(partial.path(), None).await.map_err(BackupError::copy(&shown))?;
    let info = db::unmark(partial.path()).await.map_err(BackupError::db(&shown))?;
    let key = place_key(&partial, settings, info.as_ref()).await?;
    let (bytes, target) = (partial.size(), database.clone());
    let placed = blocking(move || partial.place(&target, false)).await?;
    if let (Err(_), KeyPlace::Placed(file)) = (&placed, &key) {
        // It was not there before.
        let _gone = std::fs::remove_file(file);
    }
    placed?;
    Ok(Restored { looked, info, bytes, key })
}

fn take_in(file: &Path, into: Partial, passphrase: Option<&SecretString>) -> Result<Partial, BackupError> {
    let error = BackupError::io(file);
    let mut from = File::open(file).map_err(&error)?;
    let shown = file.display().to_string();
    match (seal::kind(&mut from).map_err(&error)?, passphrase) {
        (Kind::Plain, None) => seal::copy(&from, file, into.file())?,
        (Kind::Encrypted, Some(passphrase)) => seal::decrypt(&from, file, into.file(), passphrase)?,
        (Kind::Encrypted, None) => return Err(BackupError::NeedsPassphrase(shown)),
        (Kind::Plain, Some(_)) => {
            return Err(BackupError::Sealed {
                file: shown,
                why: "it is not encrypted; leave out the passphrase".into(),
            });
        }
        (Kind::Armored, _) => {
            return Err(BackupError::Sealed { file: shown, why: "decrypt it with `age -d` first".into() });
        }
        (Kind::Other, _) => {
            return Err(BackupError::Sealed {
                file: shown,
                why: "it is neither a database nor an encrypted backup".into(),
            });
        }
    }
    Ok(into)
}

/// Finds the key of the copy, or puts it in its place. A key that is there and does not fit is never overwritten.
async fn place_key(
    copy: &Partial,
    settings: &Settings,
    info: Option<&Info>,
) -> Result<KeyPlace, BackupError> {
    let fits = async |key: &MasterKey, place: &str| {
        let looked = db::key_fits(copy.path(), key).await.map_err(BackupError::db(copy.path()))?;
        if looked { Ok(()) } else { Err(BackupError::WrongKey(place.to_owned())) }
    };
    if let Some((key, _)) = crate::jobs::backup::key_as_it_is(settings)? {
        if settings.encryption_key.is_some() {
            fits(&key, "HOOKPOST_ENCRYPTION_KEY").await?;
            return Ok(KeyPlace::Given);
        }
        let file = settings.key_file();
        fits(&key, &file.display().to_string()).await?;
        return Ok(KeyPlace::There(file));
    }
    let file = settings.key_file();
    let Some(text) = info.and_then(|info| info.master_key.as_ref()) else {
        return Ok(KeyPlace::Needed(file));
    };
    let next = key_file::next_file(&file);
    if next.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(
            next.display().to_string(),
            "It would be mistaken for this database's key; move it away first",
        ));
    }
    let key = MasterKey::from_base64(text.expose_secret(), "the key in the backup")?;
    fits(&key, "the backup").await?;
    let mut partial = Partial::create(partial_name(&file))?;
    let (text, target) = (text.clone(), file.clone());
    blocking(move || {
        partial
            .file_mut()
            .write_all(format!("{}\n", text.expose_secret()).as_bytes())
            .map_err(BackupError::io(&target))?;
        partial.place(&target, false)
    })
    .await??;
    Ok(KeyPlace::Placed(file))
}
