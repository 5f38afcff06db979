//! What lies where on disk, and the secrets of one cloud.
//!
//! ```text
//! DATA/            0700
//!   running.json   who has it open
//!   store/         the tables: log and sorted files
//!   blobs/         bytes of large objects, encrypted
//!   keys/          0700, each file 0600
//!     page-token.key   signs continuation tokens
//!     root.key         encrypts secrets and objects at rest
//!     ca.pem ca.key    the certificate authority that clients may trust
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use gateway::CertificateAuthority;
use runtime::Random;

/// A data directory.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

/// The secrets of one cloud. They never leave the process but for its data directory.
pub struct Keys {
    /// Signs continuation tokens.
    pub page_token: [u8; 32],
    /// Encrypts objects at rest.
    pub root: [u8; 32],
    /// Signs certificates for whatever host a client asks for.
    pub authority: CertificateAuthority,
}

impl DataDir {
    /// The directory `path`; it is made when it is first written to.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the store is.
    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    /// Where the bytes of large objects are.
    pub fn blobs(&self) -> PathBuf {
        self.0.join("blobs")
    }

    /// Where the certificate is that clients must trust.
    pub fn ca_certificate(&self) -> PathBuf {
        self.keys().join("ca.pem")
    }

    /// Where it says who has it open.
    pub fn running(&self) -> PathBuf {
        self.0.join("running.json")
    }

    /// Makes the directory and those above it, readable by nobody else.
    pub fn create(&self) -> io::Result<()> {
        private_dir(&self.0)
    }

    /// Reads the secrets, and makes those that are missing. To be called by whoever holds the store's lock.
    ///
    /// # Errors
    /// When they cannot be read or written, or are damaged: never replaced, since what they protect would be lost.
    pub fn open_keys(&self, random: &Random) -> io::Result<Keys> {
        private_dir(&self.keys())?;
        let page_token = self.secret("page-token.key", random)?;
        let root = self.secret("root.key", random)?;
        Ok(Keys { page_token, root, authority: self.authority()? })
    }

    fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    fn secret(&self, name: &str, random: &Random) -> io::Result<[u8; 32]> {
        let path = self.keys().join(name);
        match fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| damaged(&path, "it has not 32 bytes")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = random.bytes();
                write_private(&path, &secret)?;
                Ok(secret)
            }
            Err(error) => Err(error),
        }
    }

    /// The key is written last: a certificate without one is from a start that was cut short, and is made anew.
    fn authority(&self) -> io::Result<CertificateAuthority> {
        let (certificate, key) = (self.ca_certificate(), self.keys().join("ca.key"));
        if key.exists() {
            let (certificate_pem, key_pem) = (fs::read_to_string(&certificate)?, fs::read_to_string(&key)?);
            return CertificateAuthority::load(&certificate_pem, &key_pem)
                .map_err(|error| damaged(&key, &error.to_string()));
        }
        let authority = new_authority()?;
        write_private(&certificate, authority.certificate_pem().as_bytes())?;
        write_private(&key, authority.key_pem().as_bytes())?;
        Ok(authority)
    }
}

impl Keys {
    /// Secrets that are gone with the process.
    ///
    /// # Errors
    /// When no certificate authority can be made.
    pub fn ephemeral(random: &Random) -> io::Result<Self> {
        let authority = new_authority()?;
        Ok(Self { page_token: random.bytes(), root: random.bytes(), authority })
    }
}

fn new_authority() -> io::Result<CertificateAuthority> {
    CertificateAuthority::create().map_err(|error| io::Error::other(error.to_string()))
}

fn damaged(path: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} is damaged: {why}", path.display()))
}

fn private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Whole or not at all, whenever the power fails: a new file is synced, then renamed, then its directory synced.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn secrets_stay_the_same_and_nobody_else_reads_them() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::at(temporary.path().join("a/b"));
        let first = dir.open_keys(&Random::seeded(1)).unwrap();
        let second = dir.open_keys(&Random::seeded(2)).unwrap();
        assert_eq!((first.page_token, first.root), (second.page_token, second.root));
        assert_ne!(first.page_token, first.root);
        assert_eq!(first.authority.certificate_pem(), second.authority.certificate_pem());
        for entry in fs::read_dir(dir.path().join("keys")).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        }
        assert_eq!(fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn damaged_secrets_are_not_replaced() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::at(temporary.path());
        dir.open_keys(&Random::seeded(1)).unwrap();
        for name in ["root.key", "ca.key"] {
            let path = dir.path().join("keys").join(name);
            let good = fs::read(&path).unwrap();
            fs::write(&path, b"short").unwrap();
            let error = dir.open_keys(&Random::seeded(1)).err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
            fs::write(&path, good).unwrap();
        }
        assert!(dir.open_keys(&Random::seeded(1)).is_ok());
    }
}
