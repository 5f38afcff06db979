//! Compressed files, unpacked while they come. Pure.

use std::io::{Read, Write};

use flate2::write::MultiGzDecoder;

use super::Packing;

/// Unpacks pieces of a file.
pub(crate) enum Unpacker {
    /// Nothing to do.
    Plain,
    /// gzip, of one or more members.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
    /// zstd, which is unpacked once it is there whole.
    Zstd(Vec<u8>),
}

impl Unpacker {
    /// Of files compressed so.
    pub(crate) fn new(packing: Packing) -> Self {
        match packing {
            Packing::None => Self::Plain,
            Packing::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
            Packing::Zstd => Self::Zstd(Vec::new()),
        }
    }

    /// What a further piece holds; none when the file is broken.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(piece.to_vec()),
            Self::Gzip(decoder) => {
                decoder.write_all(piece).ok()?;
                Some(std::mem::take(decoder.get_mut()))
            }
            Self::Zstd(held) => {
                held.extend_from_slice(piece);
                Some(Vec::new())
            }
        }
    }

    /// What is left at the end.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(Vec::new()),
            Self::Gzip(decoder) => decoder.finish().ok(),
            Self::Zstd(held) if held.is_empty() => Some(held),
            Self::Zstd(held) => {
                let mut out = Vec::new();
                ruzstd::decoding::StreamingDecoder::new(&held[..]).ok()?.read_to_end(&mut out).ok()?;
                Some(out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn whole(packing: Packing, file: &[u8]) -> Option<Vec<u8>> {
        let (mut unpacker, mut out) = (Unpacker::new(packing), Vec::new());
        for piece in file.chunks(3) {
            out.extend(unpacker.push(piece)?);
        }
        out.extend(unpacker.finish()?);
        Some(out)
    }

    #[test]
    fn files_come_in_pieces() {
        let text = b"one line\nand another".repeat(100);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&text).unwrap();
        let gzip = encoder.finish().unwrap();
        assert_eq!(whole(Packing::Gzip, &gzip), Some(text.clone()));
        assert_eq!(whole(Packing::Gzip, &[&gzip[..], &gzip[..]].concat()), Some(text.repeat(2)));
        assert_eq!(whole(Packing::None, &text), Some(text.clone()));
        let zstd = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(whole(Packing::Zstd, &zstd), Some(text));
        assert_eq!((whole(Packing::Gzip, b"no"), whole(Packing::Zstd, b"no")), (None, None));
    }
}
