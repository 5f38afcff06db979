//! Objects compressed. Pure.

use std::io::Write;

use super::plan::Compression;

/// Bytes of a block of Hadoop's Snappy.
const BLOCK: usize = 256 * 1_024;

/// The content, compressed. `name` is that of the file inside an archive.
pub(crate) fn compress(compression: Compression, content: Vec<u8>, name: &str) -> Vec<u8> {
    match compression {
        Compression::None => content,
        Compression::Gzip => gzip(&content),
        Compression::Zip => zip(&content, name),
        Compression::Snappy => frames(&content),
        Compression::HadoopSnappy => blocks(&content),
    }
}

/// Compressed with gzip.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.expect("memory takes what is written to it")
}

fn frames(content: &[u8]) -> Vec<u8> {
    let mut encoder = snap::write::FrameEncoder::new(Vec::new());
    encoder.write_all(content).expect("memory takes what is written to it");
    encoder.into_inner().expect("memory takes what is written to it")
}

/// Blocks, each with its length before and after: the length of the whole, then of its one part.
fn blocks(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for block in content.chunks(BLOCK) {
        let packed = snap::raw::Encoder::new().compress_vec(block).expect("a block is far below Snappy's limit");
        out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        out.extend_from_slice(&(packed.len() as u32).to_be_bytes());
        out.extend_from_slice(&packed);
    }
    out
}

/// An archive of one file. Source of the form: APPNOTE.TXT of PKWARE, 4.3.6.
fn zip(content: &[u8], name: &str) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    let packed =
        encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes what is written to it");
    let sums = [crc32fast::hash(content), packed.len() as u32, content.len() as u32].map(u32::to_le_bytes).concat();
    // Version 2.0, no flags, deflated, the first instant that the form knows.
    let common =
        [[20u8, 0, 0, 0, 8, 0].as_slice(), &[0, 0, 0x21, 0], &sums, &(name.len() as u16).to_le_bytes(), &[0, 0]]
            .concat();
    let mut out = [b"PK\x03\x04".as_slice(), &common, name.as_bytes(), &packed].concat();
    let directory = out.len() as u32;
    out.extend_from_slice(&[b"PK\x01\x02".as_slice(), &[20, 0], &common, &[0; 14], name.as_bytes()].concat());
    let size = out.len() as u32 - directory;
    let end =
        [b"PK\x05\x06".as_slice(), &[0, 0, 0, 0, 1, 0, 1, 0], &size.to_le_bytes(), &directory.to_le_bytes(), &[0, 0]];
    out.extend_from_slice(&end.concat());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_compressed_comes_back() {
        let content: Vec<u8> = (0..600_000u32).map(|n| (n % 251) as u8).collect();
        let packed = |how| compress(how, content.clone(), "name");
        assert_eq!(packed(Compression::None), content);
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(&packed(Compression::Gzip)[..]).read_to_end(&mut out).unwrap();
        assert_eq!(out, content);
        out.clear();
        snap::read::FrameDecoder::new(&packed(Compression::Snappy)[..]).read_to_end(&mut out).unwrap();
        assert_eq!(out, content);
        let (hadoop, mut rest) = (packed(Compression::HadoopSnappy), Vec::new());
        let mut at = 0;
        while at < hadoop.len() {
            let length = u32::from_be_bytes(hadoop[at + 4..at + 8].try_into().unwrap()) as usize;
            rest.extend(snap::raw::Decoder::new().decompress_vec(&hadoop[at + 8..at + 8 + length]).unwrap());
            at += 8 + length;
        }
        assert_eq!(rest, content);
    }

    #[test]
    fn an_archive_holds_one_file() {
        let zip = compress(Compression::Zip, b"content".to_vec(), "name");
        let length = u32::from_le_bytes(zip[18..22].try_into().unwrap()) as usize;
        assert_eq!((&zip[..4], &zip[30..34]), (&b"PK\x03\x04"[..], &b"name"[..]));
        let mut out = String::new();
        flate2::read::DeflateDecoder::new(&zip[34..34 + length]).read_to_string(&mut out).unwrap();
        assert_eq!(out, "content");
        let end = &zip[zip.len() - 22..];
        let directory = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
        assert_eq!((&end[..4], &zip[directory..directory + 4]), (&b"PK\x05\x06"[..], &b"PK\x01\x02"[..]));
    }
}
