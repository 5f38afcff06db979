//! Files as a zip archive. Few lines of a simple format, with the compression and checksums that are there anyway; instants
//! are the earliest that the format knows, so that the same files give the same bytes. Pure.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::File;

/// Deflated, and names in UTF-8. Source: PKWARE's APPNOTE, 4.4.4 and 4.4.5.
const METHOD: u16 = 8;
const UTF8: u16 = 1 << 11;
/// The version that is needed to read it, 2.0: folders and deflate.
const NEEDS: u16 = 20;
/// 1980-01-01, midnight.
const DAY: u16 = 1 << 5 | 1;

/// The archive.
pub(super) fn archive(files: &[File]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let at = size(out.len());
        let packed = deflate(text.as_bytes());
        let about = about(name, text.as_bytes(), &packed);
        out.extend(0x0403_4b50_u32.to_le_bytes());
        out.extend(&about);
        out.extend(0_u16.to_le_bytes());
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(0x0201_4b50_u32.to_le_bytes());
        directory.extend(NEEDS.to_le_bytes());
        directory.extend(&about);
        // No extra field, comment or second disk; attributes of a plain file.
        directory.extend([0; 2 + 2 + 2 + 2 + 4]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (size(out.len()), u16::try_from(files.len()).unwrap_or(u16::MAX));
    out.extend(&directory);
    out.extend(0x0605_4b50_u32.to_le_bytes());
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size(directory.len()).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// What the file's header and the directory both say, up to the length of the name.
fn about(name: &str, text: &[u8], packed: &[u8]) -> Vec<u8> {
    let mut about = Vec::new();
    for word in [NEEDS, UTF8, METHOD, 0, DAY] {
        about.extend(word.to_le_bytes());
    }
    for double in [crc32fast::hash(text), size(packed.len()), size(text.len())] {
        about.extend(double.to_le_bytes());
    }
    about.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes());
    about
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory takes every write")
}

/// Schemas have 100,000 characters at most: code for them is far from four gigabytes.
fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn what_was_packed_is_in_it() {
        let files = [("a/b.txt".to_owned(), "hello ".repeat(100)), ("c".to_owned(), String::new())];
        let archive = archive(&files);
        let header = 30 + files[0].0.len();
        assert_eq!(&archive[30..header], b"a/b.txt");
        let mut text = String::new();
        DeflateDecoder::new(&archive[header..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, files[0].1);
        let end = &archive[archive.len() - 22..];
        assert_eq!(&end[8..12], [2, 0, 2, 0]);
        let at = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
        assert_eq!(&archive[at..at + 4], b"PK\x01\x02");
    }
}
