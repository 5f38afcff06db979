//! Packages: zip files as they are uploaded, held against AWS's limits before anything of them is kept, and unpacked where
//! environments see them. What a zip file says of itself is never believed: sizes are counted while reading.

use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use bytes::Bytes;
use zip::ZipArchive;

use crate::limits;

/// Why a package is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadPackage {
    /// It is no zip file, is damaged, or names paths outside of itself.
    Unreadable,
    /// It unpacks to more than AWS takes.
    TooLarge,
}

/// A package that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its bytes.
    pub(crate) bytes: Bytes,
    /// Base64 of its SHA-256.
    pub(crate) digest: String,
    /// How many bytes it unpacks to.
    pub(crate) unpacked: u64,
}

impl Package {
    /// Reads a whole zip file, keeping nothing of it.
    pub(crate) fn check(bytes: Bytes) -> Result<Self, BadPackage> {
        let unpacked = walk(&bytes, |_, _, reader| io::copy(reader, &mut io::sink()))?;
        let digest = BASE64_STANDARD.encode(digest(&SHA256, &bytes));
        Ok(Self { bytes, digest, unpacked })
    }
}

/// The name of the directory that a digest is unpacked into.
pub(crate) fn folder(digest: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(BASE64_STANDARD.decode(digest).unwrap_or_default())
}

/// Unpacks a zip file into a directory that is made for it. Files are readable by everybody and writable by nobody, and can
/// be run where the zip file says so.
pub(crate) fn unpack(bytes: &[u8], into: &Path) -> io::Result<()> {
    fs::create_dir_all(into)?;
    let mut links = Vec::new();
    let written = walk(bytes, |path, mode, reader| match mode {
        Mode::Link => {
            let mut target = String::new();
            let read = reader.take(4_096).read_to_string(&mut target)?;
            links.push((into.join(path), target));
            Ok(read as u64)
        }
        _ => write(&into.join(path), mode, reader),
    });
    written.map_err(|bad| io::Error::other(format!("{bad:?}")))?;
    // Links come last: no file is ever written through one.
    links.iter().try_for_each(|(path, target)| link(into, path, target))?;
    seal(into)
}

/// Makes a link in a folder that is really inside: where it leads is looked at in the sandbox only.
fn link(into: &Path, path: &Path, target: &str) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    let there = parent.ancestors().find(|folder| folder.exists()).unwrap_or(into);
    if !there.canonicalize()?.starts_with(into.canonicalize()?) {
        return Err(io::Error::other("a link in a folder outside of the package"));
    }
    fs::create_dir_all(parent)?;
    let _ = fs::remove_file(path);
    symlink(target, path)
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Folder,
    File { run: bool },
    Link,
}

/// Shows each entry by a path inside the package. The bytes of all.
fn walk(bytes: &[u8], mut each: impl FnMut(&Path, Mode, &mut dyn Read) -> io::Result<u64>) -> Result<u64, BadPackage> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadPackage::Unreadable)?;
    if archive.len() > limits::FILES {
        return Err(BadPackage::TooLarge);
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| BadPackage::Unreadable)?;
        let path = entry.name().ok().and_then(|name| inside(&name)).ok_or(BadPackage::Unreadable)?;
        let unix = entry.unix_mode().unwrap_or(0o100_644);
        let mode = match (entry.is_dir(), unix & 0o170_000) {
            (true, _) => Mode::Folder,
            (false, 0o120_000) => Mode::Link,
            _ => Mode::File { run: unix & 0o111 != 0 },
        };
        // One byte more than is left tells a package that is too large from one that just fits.
        let left = limits::UNZIPPED - total;
        let read = each(&path, mode, &mut entry.take(left + 1)).map_err(|_| BadPackage::Unreadable)?;
        total += read;
        if total > limits::UNZIPPED {
            return Err(BadPackage::TooLarge);
        }
    }
    Ok(total)
}

/// A path that stays inside; none for one that does not.
fn inside(name: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in Path::new(&name.replace('\\', "/")).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

fn write(path: &Path, mode: Mode, reader: &mut dyn Read) -> io::Result<u64> {
    if mode == Mode::Folder {
        fs::create_dir_all(path)?;
        return Ok(0);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let permissions = if mode == (Mode::File { run: true }) { 0o755 } else { 0o644 };
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(permissions).open(path)?;
    let read = io::copy(reader, &mut file)?;
    file.flush()?;
    file.set_permissions(fs::Permissions::from_mode(permissions))?;
    Ok(read)
}

/// Lets everybody look into all folders.
fn seal(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            seal(&entry.path())?;
        }
    }
    Ok(())
}

/// A zip file of one file, for code that a template writes inline.
pub(crate) fn zip_of(name: &str, content: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Without a compression method of its own choosing, and without an instant: the same content has the same digest.
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file(name, options.unix_permissions(0o644)).map_err(io::Error::other)?;
    writer.write_all(content)?;
    Ok(writer.finish().map_err(io::Error::other)?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content, mode) in files {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options.unix_permissions(*mode)).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_no_package_is_refused() {
        let climbing = zip(&[("../../etc/passwd", b"x", 0o644)]);
        let rooted = zip(&[("/etc/passwd", b"x", 0o644)]);
        for bytes in [b"".to_vec(), b"abc".to_vec(), climbing, rooted] {
            assert_eq!(Package::check(bytes.into()), Err(BadPackage::Unreadable));
        }
    }

    #[test]
    fn a_package_is_known_by_its_digest() {
        let bytes = zip_of("index.py", b"def handler(e, c): return e").unwrap();
        let package = Package::check(bytes.clone().into()).unwrap();
        assert_eq!(package.unpacked, 27);
        assert_eq!(
            package,
            Package::check(zip_of("index.py", b"def handler(e, c): return e").unwrap().into()).unwrap()
        );
        assert_eq!(folder(&package.digest).len(), 43);
        assert!(Package::check(bytes[..bytes.len() - 5].to_vec().into()).is_err());
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (outside, into) = (dir.path().join("outside"), dir.path().join("code"));
        fs::create_dir(&outside).unwrap();
        let target = outside.to_str().unwrap();
        let packed = zip(&[("a", target.as_bytes(), 0o120_777), ("a/b", b"x", 0o644)]);
        let _ = unpack(&packed, &into);
        let twice = zip(&[("c", target.as_bytes(), 0o120_777), ("c/d", b"/etc", 0o120_777)]);
        let _ = unpack(&twice, &dir.path().join("other"));
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn files_are_unpacked_as_they_were_packed() {
        let dir = tempfile::tempdir().unwrap();
        let into = dir.path().join("code");
        unpack(&zip(&[("bin/run", b"#!", 0o755), ("a.txt", b"a", 0o600)]), &into).unwrap();
        let mode = |name: &str| fs::metadata(into.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("bin/run"), mode("a.txt"), mode("bin")), (0o755, 0o644, 0o755));
        assert_eq!(fs::read(into.join("a.txt")).unwrap(), b"a");
    }
}
