//! The MD5 sums by which clients check that a message came as it was sent, and the SHA-256 by which content is known again.
//!
//! Source of the attribute form: "Calculating the MD5 message digest for message attributes" in the developer guide.

use md5::{Digest, Md5};

use super::message::{Attribute, AttributeValue};

const TEXT: u8 = 1;
const BLOB: u8 = 2;

/// MD5 of a body.
pub(crate) fn body(text: &str) -> [u8; 16] {
    Md5::digest(text.as_bytes()).into()
}

/// MD5 of attributes in the order of their names; none when there are none.
pub(crate) fn attributes<'a>(attributes: impl Iterator<Item = (&'a String, &'a Attribute)>) -> Option<[u8; 16]> {
    let mut sum = Md5::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        add(&mut sum, name.as_bytes());
        add(&mut sum, attribute.kind.as_bytes());
        match &attribute.value {
            AttributeValue::Text(text) => {
                sum.update([TEXT]);
                add(&mut sum, text.as_bytes());
            }
            AttributeValue::Blob(bytes) => {
                sum.update([BLOB]);
                add(&mut sum, bytes);
            }
        }
    }
    any.then(|| sum.finalize().into())
}

fn add(sum: &mut Md5, part: &[u8]) {
    // A message is at most 1 MiB, so a length always fits.
    sum.update((part.len() as u32).to_be_bytes());
    sum.update(part);
}

/// SHA-256 of a body: the deduplication id of a message that brings none.
pub(crate) fn content(text: &str) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn text(kind: &str, value: &str) -> Attribute {
        Attribute { kind: kind.into(), value: AttributeValue::Text(value.into()) }
    }

    fn of(all: &[(&str, Attribute)]) -> String {
        let owned: std::collections::BTreeMap<String, Attribute> =
            all.iter().map(|(name, a)| ((*name).to_owned(), a.clone())).collect();
        hex(&attributes(owned.iter()).unwrap())
    }

    /// Sums that AWS answered, recorded by others.
    #[test]
    fn sums_are_those_of_aws() {
        assert_eq!(hex(&body("test")), "098f6bcd4621d373cade4e832627b4f6");
        let blob = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
        let binary = Attribute { kind: "Binary".into(), value: AttributeValue::Blob(Bytes::from_static(blob)) };
        assert_eq!(of(&[("attr1", binary)]), "8cbe4db156db8a94db8b801b7addb984");
        assert_eq!(of(&[("MyAttribute", text("String", "foobar"))]), "adb59cd4678ea5a855436b949cd07ab6");
        let three = [
            ("Help.Me", text("String", "Me")),
            ("Hello", text("String", "There")),
            ("General", text("String", "Kenobi")),
        ];
        assert_eq!(of(&three), "4c360f3fdafd970e05fae2f149d997f5");
        assert_eq!(attributes([].into_iter()), None);
    }
}
