//! QR codes as PNG pictures, for devices that take their seed from a camera.

use miniz_oxide::deflate::compress_to_vec_zlib;
use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels a module is wide.
const SCALE: usize = 4;
/// Modules of white around the code, which readers need to find it (ISO/IEC 18004).
const QUIET: usize = 4;

/// The picture of a text; none when the text is longer than a code can hold (about 2,900 bytes).
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let modules = usize::try_from(code.size()).ok()?;
    let width = (modules + 2 * QUIET) * SCALE;
    let rows = (0..width).flat_map(|y| row(&code, y, width));
    let pixels: Vec<u8> = rows.collect();
    Some(file(width, &pixels))
}

/// A row of pixels, eight a byte, black being 0, behind the byte that says "not filtered".
fn row(code: &QrCode, y: usize, width: usize) -> Vec<u8> {
    let mut row = vec![0; 1 + width.div_ceil(8)];
    for x in (0..width).filter(|x| !is_dark(code, *x, y)) {
        row[1 + x / 8] |= 0x80 >> (x % 8);
    }
    row
}

fn is_dark(code: &QrCode, x: usize, y: usize) -> bool {
    let module = |pixel: usize| i32::try_from(pixel / SCALE).unwrap_or(0) - i32::try_from(QUIET).unwrap_or(0);
    code.get_module(module(x), module(y))
}

/// A PNG of one bit a pixel (ISO/IEC 15948).
fn file(width: usize, pixels: &[u8]) -> Vec<u8> {
    let side = u32::try_from(width).unwrap_or(u32::MAX).to_be_bytes();
    let header: Vec<u8> = [&side[..], &side, &[1, 0, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"IDAT", &compress_to_vec_zlib(pixels, 6));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let sum = crc32fast::hash(&out[start..]);
    out.extend(sum.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    /// Reads the picture back, module by module, and compares it with the code it was made of.
    #[test]
    fn the_picture_shows_the_code() {
        let text = "otpauth://totp/device@111122223333?secret=MZXW6YTBOI";
        let picture = png(text).unwrap();
        let (header, rest) = picture.split_at(33);
        let width = u32::from_be_bytes(header[16..20].try_into().unwrap()) as usize;
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let pixels = decompress_to_vec_zlib(&rest[8..8 + length]).unwrap();
        let row = 1 + width.div_ceil(8);
        let code = QrCode::encode_text(text, QrCodeEcc::Low).unwrap();
        for y in 0..width {
            for x in 0..width {
                let white = pixels[y * row + 1 + x / 8] & (0x80 >> (x % 8)) != 0;
                assert_eq!(!white, is_dark(&code, x, y), "{x} {y}");
            }
        }
        assert_eq!((&picture[..8], &picture[picture.len() - 8..][..4]), (&b"\x89PNG\r\n\x1a\n"[..], &b"IEND"[..]));
    }

    #[test]
    fn what_no_code_can_hold_has_no_picture() {
        assert_eq!(png(&"x".repeat(3_000)), None);
    }
}
