//! Encryption with a passphrase, in the format of age (<https://age-encryption.org/v1>): `age -d` opens it too.

use crate::jobs::backup::BackupError;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    iter,
    path::Path,
    time::{Duration, Instant},
};

/// Work of scrypt to make a key of the passphrase, as a power of two: 128 MiB of memory and some tenths of a second, for
/// whoever guesses as for us (OWASP's advice of 2025 for scrypt).
const WORK: u8 = 17;
/// Files that would take more are refused: 4 GiB of memory.
const MOST_WORK: u8 = 22;
/// So much is written between two syncs, so that a commit of the server never waits for all of it.
pub(crate) const PIECE: u64 = 8 * 1024 * 1024;

/// How each encrypted file begins.
const MAGIC: &[u8] = b"age-encryption.org/";
/// The same as text.
const ARMOR: &[u8] = b"-----BEGIN AGE";
/// How a database begins (<https://sqlite.org/fileformat.html>).
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A database.
    Plain,
    Encrypted,
    /// Encrypted, as text.
    Armored,
    /// Something else.
    Other,
}

/// Looks what a file is.
pub(crate) fn kind(file: &mut File) -> io::Result<Kind> {
    let mut head = Vec::new();
    Read::by_ref(file).take(64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match () {
        () if head.starts_with(SQLITE) => Kind::Plain,
        () if head.starts_with(MAGIC) => Kind::Encrypted,
        () if head.starts_with(ARMOR) => Kind::Armored,
        () => Kind::Other,
    })
}

/// Counts and hashes what passes, and syncs it piece by piece.
struct Pieces<'a> {
    file: &'a File,
    gently: bool,
    unsynced: u64,
}

impl<'a> Pieces<'a> {
    fn new(file: &'a File, gently: bool) -> Self {
        Self { file, gently, unsynced: 0 }
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written as u64;
        if self.unsynced >= PIECE {
            self.unsynced = 0;
            let begun = Instant::now();
            self.file.sync_data()?;
            if self.gently {
                rest(begun.elapsed());
            }
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Leaves the disk to others for as long as it was kept from them.
pub(crate) fn rest(busy: Duration) {
    std::thread::sleep(busy.min(Duration::from_secs(1)));
}

struct Hashing<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

fn start(mut file: &File) -> io::Result<&File> {
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Encrypts a file into an empty one, and compares what it decrypts to with it.
pub(crate) fn encrypt(
    plain: &File,
    into: &File,
    path: &Path,
    passphrase: &SecretString,
    gently: bool,
) -> Result<(), BackupError> {
    let error = BackupError::io(path);
    let mut recipient = scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|e| BackupError::Sealed { file: path.display().to_string(), why: e.to_string() })?;
    let mut from = Hashing { from: start(plain).map_err(&error)?, hash: Sha256::new() };
    let into_pieces = BufWriter::with_capacity(1024 * 1024, Pieces::new(into, gently));
    let mut writer = encryptor.wrap_output(into_pieces).map_err(&error)?;
    io::copy(&mut from, &mut writer).map_err(&error)?;
    writer.finish().and_then(|mut rest| rest.flush()).map_err(&error)?;
    into.sync_data().map_err(&error)?;
    let mut again = Hashing { from: decrypted(into, path, passphrase)?, hash: Sha256::new() };
    io::copy(&mut again, &mut io::sink()).map_err(&error)?;
    if from.hash.finalize() != again.hash.finalize() {
        return Err(BackupError::NotWhole("the decrypted content differs".into()));
    }
    Ok(())
}

fn decrypted<'a>(
    file: &'a File,
    path: &Path,
    passphrase: &SecretString,
) -> Result<impl Read + use<'a>, BackupError> {
    let sealed = |error: DecryptError| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            BackupError::WrongPassphrase(path.display().to_string())
        }
        DecryptError::NoMatchingKeys => BackupError::Sealed {
            file: path.display().to_string(),
            why: "it was encrypted with a key instead of a passphrase; decrypt it with `age -d -i KEY` first"
                .into(),
        },
        error => BackupError::Sealed { file: path.display().to_string(), why: error.to_string() },
    };
    let mut identity = scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(MOST_WORK);
    let from = BufReader::with_capacity(1024 * 1024, start(file).map_err(BackupError::io(path))?);
    let decryptor = Decryptor::new_buffered(from).map_err(sealed)?;
    decryptor.decrypt(iter::once(&identity as &dyn age::Identity)).map_err(sealed)
}

/// Decrypts a file into an empty one.
pub(crate) fn decrypt(
    file: &File,
    path: &Path,
    into: &File,
    passphrase: &SecretString,
) -> Result<(), BackupError> {
    let mut from = decrypted(file, path, passphrase)?;
    // A file that was cut or changed shows here: each piece bears its own proof.
    io::copy(&mut from, &mut Pieces::new(into, false)).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => BackupError::Sealed {
            file: path.display().to_string(),
            why: "it is damaged: a part is missing or was changed".into(),
        },
        _ => BackupError::io(path)(error),
    })?;
    Ok(())
}

/// Copies a file into an empty one.
pub(crate) fn copy(file: &File, path: &Path, into: &File) -> Result<(), BackupError> {
    let mut from = start(file).map_err(BackupError::io(path))?;
    io::copy(&mut from, &mut Pieces::new(into, false)).map_err(BackupError::io(path))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_opens_with_its_passphrase_alone_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = dir.path().join(name);
            (File::options().read(true).write(true).create(true).truncate(false).open(&path).unwrap(), path)
        };
        let text: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let (mut plain, _) = file("plain");
        plain.write_all(&text).unwrap();
        let (mut sealed, path) = file("sealed");
        let passphrase: SecretString = "a long enough passphrase".to_owned().into();
        encrypt(&plain, &sealed, &path, &passphrase, true).unwrap();
        sealed.seek(SeekFrom::Start(0)).unwrap();
        assert_eq!(kind(&mut sealed).unwrap(), Kind::Encrypted);
        let (out, out_path) = file("out");
        decrypt(&sealed, &path, &out, &passphrase).unwrap();
        assert!(std::fs::read(out_path).unwrap() == text);
        let wrong = decrypt(&sealed, &path, &file("x").0, &"another passphrase".to_owned().into());
        assert!(matches!(wrong, Err(BackupError::WrongPassphrase(_))), "{wrong:?}");
        sealed.set_len(600_000).unwrap();
        let cut = decrypt(&sealed, &path, &file("y").0, &passphrase).unwrap_err().to_string();
        assert!(cut.contains("a part is missing"), "{cut}");
    }
}
