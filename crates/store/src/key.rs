//! Keys as tuples whose bytes sort as the tuples do, so that a table can be read in order and by any leading part.
//!
//! Numbers are big-endian with the sign bit flipped; texts end in `00 01` with each zero byte inside written `00 FF`, so
//! that a text sorts before every longer one and what follows it cannot be taken for its rest.

use bytes::Bytes;
use names::{AccountId, Region, Timestamp};

/// One element of a key.
pub trait KeyPart: Sized {
    /// Appends the bytes that sort as the value does.
    fn encode(&self, out: &mut Vec<u8>);

    /// Takes the value off the front of `input`; `None` if it is not there.
    fn decode(input: &mut &[u8]) -> Option<Self>;
}

/// Something that encodes as the key `K` does: the key itself, or a borrowed form of it (`&str` for `String`).
pub trait KeyLike<K> {
    /// Appends the key's bytes.
    fn encode_key(&self, out: &mut Vec<u8>);
}

/// A whole key: one part, or a tuple of up to eight.
pub trait Key: KeyLike<Self> + Sized {
    /// Reads a key that fills `input`; `None` if that is not one.
    fn decode_key(input: &[u8]) -> Option<Self>;
}

/// The bytes of a key or of the leading parts of one.
pub fn encode<K>(key: &impl KeyLike<K>) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    key.encode_key(&mut out);
    out
}

impl<T: KeyPart> KeyLike<T> for T {
    fn encode_key(&self, out: &mut Vec<u8>) {
        self.encode(out);
    }
}

impl<T: KeyPart> Key for T {
    fn decode_key(mut input: &[u8]) -> Option<Self> {
        let part = T::decode(&mut input)?;
        input.is_empty().then_some(part)
    }
}

impl KeyLike<String> for &str {
    fn encode_key(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), out);
    }
}

impl KeyLike<Bytes> for &[u8] {
    fn encode_key(&self, out: &mut Vec<u8>) {
        encode_bytes(self, out);
    }
}

fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*head)
}

macro_rules! unsigned {
    ($($int:ty),*) => {$(
        impl KeyPart for $int {
            fn encode(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn decode(input: &mut &[u8]) -> Option<Self> {
                take(input).map(Self::from_be_bytes)
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64, u128);

impl KeyPart for i64 {
    fn encode(&self, out: &mut Vec<u8>) {
        (self.cast_unsigned() ^ (1 << 63)).encode(out);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        u64::decode(input).map(|flipped| (flipped ^ (1 << 63)).cast_signed())
    }
}

impl KeyPart for bool {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        match u8::decode(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> KeyPart for [u8; N] {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        take(input)
    }
}

impl KeyPart for Timestamp {
    fn encode(&self, out: &mut Vec<u8>) {
        self.micros().encode(out);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        i64::decode(input).map(Self::from_micros)
    }
}

impl KeyPart for AccountId {
    /// Twelve digits fit into five bytes.
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.number().to_be_bytes()[3..]);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        let [a, b, c, d, e] = take(input)?;
        Self::from_number(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }
}

impl KeyPart for Region {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_str().as_bytes(), out);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        Self::parse(&String::decode(input)?)
    }
}

impl KeyPart for String {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self.as_bytes(), out);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(decode_bytes(input)?).ok()
    }
}

impl KeyPart for Bytes {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_bytes(self, out);
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        decode_bytes(input).map(Self::from)
    }
}

impl<T: KeyPart> KeyPart for Option<T> {
    /// `None` sorts first.
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.is_some()));
        if let Some(part) = self {
            part.encode(out);
        }
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        if bool::decode(input)? { T::decode(input).map(Some) } else { Some(None) }
    }
}

const ZERO_INSIDE: u8 = 0xff;
const END: u8 = 0x01;

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for (i, run) in bytes.split(|byte| *byte == 0).enumerate() {
        if i > 0 {
            out.extend_from_slice(&[0, ZERO_INSIDE]);
        }
        out.extend_from_slice(run);
    }
    out.extend_from_slice(&[0, END]);
}

fn decode_bytes(input: &mut &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let zero = input.iter().position(|byte| *byte == 0)?;
        bytes.extend_from_slice(&input[..zero]);
        let mark = *input.get(zero + 1)?;
        *input = &input[zero + 2..];
        match mark {
            END => return Some(bytes),
            ZERO_INSIDE => bytes.push(0),
            _ => return None,
        }
    }
}

macro_rules! tuple {
    ($($part:ident $like:ident $at:tt),+) => {
        impl<$($part,)+ $($like: KeyLike<$part>),+> KeyLike<($($part,)+)> for ($($like,)+) {
            fn encode_key(&self, out: &mut Vec<u8>) {
                $(self.$at.encode_key(out);)+
            }
        }

        impl<$($part: KeyPart),+> Key for ($($part,)+) {
            fn decode_key(mut input: &[u8]) -> Option<Self> {
                let key = ($($part::decode(&mut input)?,)+);
                input.is_empty().then_some(key)
            }
        }
    };
}

tuple!(A LA 0);
tuple!(A LA 0, B LB 1);
tuple!(A LA 0, B LB 1, C LC 2);
tuple!(A LA 0, B LB 1, C LC 2, D LD 3);
tuple!(A LA 0, B LB 1, C LC 2, D LD 3, E LE 4);
tuple!(A LA 0, B LB 1, C LC 2, D LD 3, E LE 4, F LF 5);
tuple!(A LA 0, B LB 1, C LC 2, D LD 3, E LE 4, F LF 5, G LG 6);
tuple!(A LA 0, B LB 1, C LC 2, D LD 3, E LE 4, F LF 5, G LG 6, H LH 7);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Sample = (AccountId, Bytes, Option<i64>, bool, String, u64, Timestamp, [u8; 2]);

    fn bytes() -> impl Strategy<Value = Bytes> {
        proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..6).prop_map(Bytes::from)
    }

    fn sample() -> impl Strategy<Value = Sample> {
        let account = (0u64..1_000_000_000_000).prop_map(|n| AccountId::from_number(n).unwrap());
        let time = any::<i64>().prop_map(Timestamp::from_micros);
        (
            account,
            bytes(),
            any::<Option<i64>>(),
            any::<bool>(),
            "[\0-\u{3}a-c]{0,4}",
            any::<u64>(),
            time,
            any::<[u8; 2]>(),
        )
    }

    /// Few values, so that leading parts are often equal and later parts decide.
    fn narrow() -> impl Strategy<Value = (Bytes, String, u8, i64)> {
        let text = "[\0\u{1}a]{0,3}";
        let bytes = proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff)], 0..3).prop_map(Bytes::from);
        (bytes, text, prop_oneof![Just(0u8), Just(0xff)], -2i64..2)
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(key in sample()) {
            prop_assert_eq!(Sample::decode_key(&encode(&key)), Some(key));
        }

        #[test]
        fn bytes_sort_as_tuples(a in sample(), b in sample()) {
            prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
        }

        #[test]
        fn near_tuples_sort_too(a in narrow(), b in narrow()) {
            prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
        }

        #[test]
        fn a_part_is_a_prefix_of_no_other(a in bytes(), b in bytes()) {
            prop_assert_eq!(encode::<Bytes>(&a).starts_with(&encode::<Bytes>(&b)), a == b);
        }

        #[test]
        fn never_panics_on_foreign_bytes(foreign in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(key) = Sample::decode_key(&foreign) {
                prop_assert_eq!(encode(&key), foreign);
            }
        }
    }

    #[test]
    fn borrowed_forms_encode_as_owned_ones() {
        assert_eq!(encode::<(String, u64)>(&("a\0b", 1u64)), encode(&("a\0b".to_owned(), 1u64)));
    }
}
