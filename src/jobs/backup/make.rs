//! Makes a copy: into a file under another name, looked at there, encrypted if asked, then put in its place.

use crate::{
    crypto::MasterKey,
    db::{
        DbError, backup as db,
        backup::{CopyError, Info, Looked, beside},
        disk,
    },
    jobs::backup::{
        BackupError,
        files::{Partial, must_be_free, must_have_room, partial_name},
        seal,
    },
    model::ids::DeliveryId,
};
use secrecy::SecretString;
use std::{
    fs::File,
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// What is to be made.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The database file.
    pub database: &'a Path,
    /// Where the copy is to be.
    pub target: &'a Path,
    /// Over a copy that lies there.
    pub replace: bool,
    /// Encrypts it.
    pub passphrase: Option<&'a SecretString>,
    /// Where the copy lies until it is encrypted; none: beside the database, where the same lies anyway.
    pub stage: Option<&'a Path>,
    /// The master key in use; none: it is not known whether it fits.
    pub key: Option<&'a MasterKey>,
    /// Its text, to go into the copy.
    pub key_text: Option<SecretString>,
    /// Leaves the disk to others half of the time.
    pub gently: bool,
    /// Room that stays free where the database lies, as set.
    pub floor: Option<u64>,
    /// The time, unix ms.
    pub now: i64,
}

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its size, bytes.
    pub bytes: u64,
    /// What was found in it.
    pub looked: Looked,
    /// How long it took in all.
    pub took: Duration,
    /// For how long a snapshot was held, which keeps the write-ahead log from being taken in.
    pub held: Duration,
}

impl Made {
    /// What is odd about it, though it is whole: sentences.
    pub fn odd(&self) -> Vec<String> {
        let mut all = Vec::new();
        match self.looked.key_fits {
            Some(true) => {}
            Some(false) => all.push("the configured master key does not match the database".to_owned()),
            None => all.push("the master key is not available, so it was not checked".to_owned()),
        }
        if let Some(differing) = self.looked.differing.filter(|count| *count > 0) {
            all.push(format!(
                "{differing} counts of the last days differ from the rows, in the database as well; repair them with `hookpost rollups rebuild`"
            ));
        }
        all
    }
}

/// Stops the work of another thread when the one who waits for it goes away.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Makes a copy of a database, whether or not a server writes to it.
///
/// # Errors
/// Why there is none. Nothing is left then but what was there.
pub async fn make(wish: Wish<'_>) -> Result<Made, BackupError> {
    let begun = Instant::now();
    let Wish { database, target, .. } = wish;
    let Some(size) = disk::file_size(database) else {
        return Err(BackupError::NoDatabase(database.display().to_string()));
    };
    let size = size + disk::file_size(&beside(database, "-wal")).unwrap_or(0);
    // By another name too: a link, or a path from elsewhere.
    if is_same(target, database) {
        return Err(BackupError::Exists(
            target.display().to_string(),
            "It is the database itself; choose another file",
        ));
    }
    must_be_free(target, wish.replace)?;
    if wish.replace && target.symlink_metadata().is_ok() {
        must_be_a_backup(target).await?;
    }
    must_have_room(disk::folder_of(target), size, database, wish.floor)?;
    let partial = Partial::create(partial_name(target))?;
    let stage = match wish.passphrase {
        Some(_) => {
            let folder = wish.stage.unwrap_or_else(|| disk::folder_of(database));
            must_have_room(folder, size, database, wish.floor)?;
            Some(Partial::create(stage_name(folder, target))?)
        }
        None => None,
    };
    let plain = stage.as_ref().unwrap_or(&partial);
    let copied = copy(database, plain, wish.gently).await?;
    let info = Info {
        made_at: wish.now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        master_key: wish.key_text.clone(),
    };
    db::mark(plain.path(), &info).await.map_err(BackupError::db(plain.path()))?;
    let looked = look(&wish, plain.path(), &copied).await?;
    let partial = match (wish.passphrase, stage) {
        (Some(passphrase), Some(stage)) => {
            let (passphrase, gently) = (passphrase.clone(), wish.gently);
            blocking(move || {
                seal::encrypt(stage.file(), partial.file(), partial.path(), &passphrase, gently)
                    .map(|()| partial)
            })
            .await??
        }
        _ => partial,
    };
    let bytes = partial.size();
    let (into, replace) = (target.to_owned(), wish.replace);
    blocking(move || partial.place(&into, replace)).await??;
    Ok(Made { bytes, looked, took: begun.elapsed(), held: copied.held })
}

struct Copied {
    held: Duration,
    /// The ids given last just before the snapshot and just after it.
    newest: [Option<DeliveryId>; 2],
}

async fn copy(database: &Path, into: &Partial, gently: bool) -> Result<Copied, BackupError> {
    let db_error = BackupError::db(database);
    let name = |path: &Path| BackupError::Name(path.display().to_string());
    let target = into.path().to_str().ok_or_else(|| name(into.path()))?;
    let file = into.file().try_clone().map_err(BackupError::io(into.path()))?;
    let mut source = db::open_source(database).await.map_err(&db_error)?;
    let before = db::newest(&mut source).await.map_err(&db_error)?;
    let (stop, failed) = (StopOnDrop(Arc::default()), Arc::new(Mutex::new(None)));
    let begun = Instant::now();
    let copied = db::copy(&mut source, target, pace(file, gently, stop.0.clone(), failed.clone())).await;
    let held = begun.elapsed();
    let after = db::newest(&mut source).await.map_err(&db_error)?;
    // It was read from only.
    let _closed = source.close().await;
    if let Some(error) = failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(BackupError::io(into.path())(error));
    }
    copied.map_err(|error| match error {
        DbError::TooSlow => BackupError::Stopped,
        error => db_error(error),
    })?;
    Ok(Copied { held, newest: [before, after] })
}

/// Syncs what was written piece by piece: one large sync at the end would hold up the commits of the server. Says no when
/// it is to stop.
fn pace(
    file: File,
    gently: bool,
    stop: Arc<AtomicBool>,
    failed: Arc<Mutex<Option<io::Error>>>,
) -> impl FnMut() -> bool + Send + 'static {
    let mut synced = 0;
    move || {
        let written = file.metadata().map_or(0, |metadata| metadata.len());
        if written.saturating_sub(synced) >= seal::PIECE {
            synced = written;
            let begun = Instant::now();
            if let Err(error) = file.sync_data() {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                return false;
            }
            if gently {
                seal::rest(begun.elapsed());
            }
        }
        !stop.load(Ordering::Relaxed)
    }
}

async fn look(wish: &Wish<'_>, copy: &Path, copied: &Copied) -> Result<Looked, BackupError> {
    let looked = db::look(copy, wish.key).await.map_err(|error| match error {
        CopyError::Damaged(why) => BackupError::NotWhole(why),
        error => BackupError::copy(wish.database)(error),
    })?;
    // An endpoint may be removed with its deliveries meanwhile: then the newest of before is gone after.
    if copied.newest.iter().all(|newest| looked.newest < *newest) {
        return Err(BackupError::NotWhole("the latest delivery is missing".into()));
    }
    if wish.key_text.is_some() && looked.key_fits != Some(true) {
        return Err(BackupError::NotWhole("the included master key does not match".into()));
    }
    Ok(looked)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    id(one).is_some_and(|found| Some(found) == id(other))
}

/// Only a backup is replaced: not a key, nor the database of another server, however its name was typed.
async fn must_be_a_backup(file: &Path) -> Result<(), BackupError> {
    let other = || {
        Err(BackupError::Exists(
            file.display().to_string(),
            "It was not made by `hookpost backup`, so it is not replaced; choose another file",
        ))
    };
    if !file.symlink_metadata().is_ok_and(|found| found.is_file()) {
        return other();
    }
    let kind = File::open(file).and_then(|mut file| seal::kind(&mut file)).map_err(BackupError::io(file))?;
    match kind {
        seal::Kind::Encrypted => Ok(()),
        seal::Kind::Plain if db::is_marked(file).await.unwrap_or(false) => Ok(()),
        _ => other(),
    }
}

/// Where a copy lies until it is encrypted.
pub(crate) fn stage_name(folder: &Path, target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    folder.join(format!(".{name}.stage.partial"))
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| BackupError::Stopped)
}
