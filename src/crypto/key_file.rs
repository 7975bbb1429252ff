//! The file of the master key, and what lies beside it while the key is changed.
//!
//! A key that may be the only one that opens a database is never deleted and never written over: files are made whole
//! under another name first, brought to the disk, and given their name by a rename; what stands in the way is put aside
//! under the next free name. So a crash, a kill or a power cut at any point leaves every key that there was.
//!
//! | name | what it is |
//! | --- | --- |
//! | `….new` | the next key, from before its first use until it takes its place |
//! | `….old`, then `….old.1` … | the keys before, for backups that were made with them; the highest number is the youngest of these |
//! | `….unused.1` … | next keys that were never put to use |
//! | `….lock` | empty; locked by the process that changes the others |

use super::{KEY_LEN, KeyError, MasterKey, random, token};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A key is 44 characters; what is longer is another file.
const MOST_BYTES: u64 = 1_024;
/// More files are not looked at.
const MOST_BESIDE: usize = 200;
/// Parts of names of files that are not finished.
const UNFINISHED: &str = ".tmp-";

/// Where the next key lies until the old one is replaced.
pub fn next_file(file: &Path) -> PathBuf {
    with_suffix(file, ".new")
}

/// Where the key before lies, for backups that were made with it.
pub fn old_file(file: &Path) -> PathBuf {
    with_suffix(file, ".old")
}

/// A name with something after it.
pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Held while the files of a key are changed: by one process at a time, and given back by the system when it ends.
#[derive(Debug)]
pub struct KeyLock(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

impl KeyLock {
    /// Takes the lock beside `file`. None: another process holds it.
    ///
    /// # Errors
    /// When the lock file cannot be made or locked.
    pub fn take(file: &Path) -> Result<Option<Self>, KeyError> {
        let path = with_suffix(file, ".lock");
        let error = |error| file_error(&path, error);
        let mut options = OpenOptions::new();
        // Never removed: two processes could otherwise each hold a lock of their own.
        let lock = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let lock = lock.map_err(error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(why)) => return Err(error(why)),
        }
        // Made by root, it must not keep the server's own user out.
        if let Ok(like) = fs::metadata(file) {
            let _not_ours_to_give = give_to_owner_of(&lock, &like);
        }
        Ok(Some(Self(lock)))
    }
}

/// Reads a key file. None when there is none.
///
/// # Errors
/// When it cannot be read or does not hold a key.
pub fn read(path: &Path) -> Result<Option<MasterKey>, KeyError> {
    match read_bytes(path) {
        Ok(bytes) => {
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            MasterKey::from_base64(text, &path.display().to_string()).map(Some)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(path, error)),
    }
}

/// Reads the key file, or makes it with a new key. Says whether it was made.
///
/// # Errors
/// When the file cannot be read or written, or does not hold a key.
pub fn read_or_create(path: &Path) -> Result<(MasterKey, bool), KeyError> {
    if let Some(key) = read(path)? {
        return Ok((key, false));
    }
    match create(path, None) {
        Ok(key) => Ok((key, true)),
        // Another process was first.
        Err(KeyError::File { error, .. }) if error.kind() == ErrorKind::AlreadyExists => {
            let key = read(path)?.ok_or_else(|| KeyError::Missing { path: path.display().to_string() })?;
            Ok((key, false))
        }
        Err(error) => Err(error),
    }
}

/// Makes a file with a new key, readable by its owner alone, and reads it back from the disk. With the file of a key
/// that it is to replace, it belongs to whom that belongs to and may be read by whom that may be read.
///
/// # Errors
/// When there is such a file or it cannot be written.
pub fn create(path: &Path, like: Option<&Path>) -> Result<MasterKey, KeyError> {
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(*Zeroizing::new(random::<KEY_LEN>()?))));
    let error = |error| file_error(path, error);
    let staged = stage(path, text.as_bytes(), like)?;
    name_new(&staged, path).map_err(error)?;
    // Whatever the disk made of it: what is read from it is what will be sealed with.
    if read_bytes(path).map_err(error)?.as_slice() != text.as_bytes() {
        return Err(error(ErrorKind::InvalidData.into()));
    }
    MasterKey::from_base64(&text, "new key")
}

/// Every file that may hold the right key by now: the key file, the next one, the one before, and whatever else lies
/// beside them under their name.
pub fn candidates(file: &Path) -> Vec<PathBuf> {
    let mut all = vec![file.to_owned(), next_file(file), old_file(file)];
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
    let beside = fs::read_dir(folder(file)).into_iter().flatten().flatten();
    let mut beside: Vec<PathBuf> = beside
        .filter(|entry| {
            let found = entry.file_name();
            let found = found.to_string_lossy();
            found.starts_with(&name) && !found.ends_with(".lock") && !found.contains(UNFINISHED)
        })
        .map(|entry| file.with_file_name(entry.file_name()))
        .filter(|path| !all.contains(path))
        .take(MOST_BESIDE)
        .collect();
    beside.sort();
    all.append(&mut beside);
    all
}

/// Puts a leftover of an earlier change out of the way, under another name. Nothing happens when there is none.
///
/// # Errors
/// When it cannot be renamed.
pub fn set_aside(path: &Path, file: &Path, _held: &KeyLock) -> Result<(), KeyError> {
    if !exists(path) {
        return Ok(());
    }
    let aside = free_name(file, ".unused");
    fs::rename(path, &aside).and_then(|()| sync_folder(file)).map_err(|error| file_error(path, error))
}

/// Keeps a copy of the key in use, and does with it what will be done with the next one: puts it in the key file's
/// place. What stands in the way of a change (a folder that cannot be written to, a file that is mounted by itself) shows
/// now, while nothing depends on it.
///
/// # Errors
/// When it cannot be done; the key file is as it was.
pub fn rehearse(file: &Path, _held: &KeyLock) -> Result<(), KeyError> {
    let error = |error| file_error(file, error);
    clear_unfinished(file);
    keep(file)?;
    if !file.is_file() {
        return Ok(());
    }
    let bytes = read_bytes(file).map_err(error)?;
    let staged = stage(file, &bytes, Some(file))?;
    give_name(&staged, file).map_err(error)
}

/// Removes what a process left that was killed while it wrote: files without their name yet, which hold a copy of a key
/// that lies under its name too, or a new one that nothing was sealed with.
fn clear_unfinished(file: &Path) {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".";
    for entry in fs::read_dir(folder(file)).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let found = found.to_string_lossy();
        if found.starts_with(&name) && found.contains(UNFINISHED) {
            // In nobody's way.
            let _stays = fs::remove_file(entry.path());
        }
    }
}

/// Puts the key in `from` in the key file's place; the one that is there is kept. Do it with a key that is known to fit.
///
/// # Errors
/// When it cannot be done; both files are still there.
pub fn put_in_place(file: &Path, from: &Path, _held: &KeyLock) -> Result<(), KeyError> {
    let error = |error| file_error(file, error);
    keep(file)?;
    if from == next_file(file) {
        return fs::rename(from, file).and_then(|()| sync_folder(file)).map_err(error);
    }
    let bytes = read_bytes(from).map_err(|error| file_error(from, error))?;
    let staged = stage(file, &bytes, Some(from))?;
    give_name(&staged, file).map_err(error)
}

/// Sees to it that what lies in the key file lies in `….old` too.
fn keep(file: &Path) -> Result<(), KeyError> {
    let old = old_file(file);
    let error = |error| file_error(&old, error);
    let Ok(found) = fs::symlink_metadata(file) else { return Ok(()) };
    if found.is_dir() {
        // It is not a key, and a file could not take its place.
        let aside = free_name(file, ".unused");
        return fs::rename(file, aside).and_then(|()| sync_folder(file)).map_err(error);
    }
    let bytes = read_bytes(file).map_err(|error| file_error(file, error))?;
    if read_bytes(&old).is_ok_and(|kept| *kept == *bytes) {
        return Ok(());
    }
    if exists(&old) {
        fs::rename(&old, free_name(file, ".old")).map_err(error)?;
    }
    let staged = stage(&old, &bytes, Some(file))?;
    name_new(&staged, &old).map_err(error)
}

/// `….old.1`, or the first number that is free.
fn free_name(file: &Path, suffix: &str) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let name = with_suffix(file, &format!("{suffix}.{number}"));
        if !exists(&name) {
            return name;
        }
        number += 1;
    }
}

/// A link that leads nowhere is there too.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn read_bytes(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file under a name that nobody else uses, and brings it to the disk.
fn stage(path: &Path, content: &[u8], like: Option<&Path>) -> Result<PathBuf, KeyError> {
    let staged = with_suffix(path, &format!("{UNFINISHED}{}", token::<8>()?));
    let written = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staged)?;
        file.write_all(content)?;
        if let Some(like) = like {
            let like = fs::metadata(like)?;
            give_to_owner_of(&file, &like)?;
            file.set_permissions(fs::Permissions::from_mode(like.mode() & 0o777))?;
        }
        file.sync_all()
    };
    match written() {
        Ok(()) => Ok(staged),
        Err(error) => {
            // Nothing was sealed with what is in it.
            let _not_there = fs::remove_file(&staged);
            Err(file_error(path, error))
        }
    }
}

/// `hookpost key rotate` may be called by root, while the server has a user of its own.
fn give_to_owner_of(file: &File, like: &fs::Metadata) -> io::Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (like.uid(), like.gid()) {
        return Ok(());
    }
    fchown(file, Some(like.uid()), Some(like.gid()))
}

/// Gives a staged file its name, unless there is such a file.
fn name_new(staged: &Path, path: &Path) -> io::Result<()> {
    let named = match fs::hard_link(staged, path) {
        Ok(()) => fs::remove_file(staged),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        // A file system without links. That another process makes the file within this instant is not to be helped.
        Err(_) if !exists(path) => fs::rename(staged, path),
        Err(error) => Err(error),
    };
    clean_up(named, staged, path)
}

/// Gives a staged file a name in the place of whatever has it.
fn give_name(staged: &Path, path: &Path) -> io::Result<()> {
    clean_up(fs::rename(staged, path), staged, path)
}

fn clean_up(named: io::Result<()>, staged: &Path, path: &Path) -> io::Result<()> {
    if named.is_err() {
        let _not_there = fs::remove_file(staged);
    }
    named.and_then(|()| sync_folder(path))
}

/// A name is on the disk when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn file_error(path: &Path, error: io::Error) -> KeyError {
    KeyError::File { path: path.display().to_string(), error }
}

#[cfg(test)]
mod tests;
