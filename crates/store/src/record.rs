//! What a table holds: a record with the version of its form in its first byte. A newer program reads older records; an
//! older program refuses newer ones instead of guessing.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// A value of a typed table, stored as a version byte and postcard.
///
/// postcard writes fields by position: adding, removing or reordering one is a new version. `skip_serializing_if`,
/// `untagged` and `flatten` cannot be read back.
pub trait Record: Serialize + DeserializeOwned {
    /// The version this program writes.
    const VERSION: u8;

    /// Reads a record of an older version. `bytes` are postcard, without the version byte.
    fn migrate(_version: u8, _bytes: &[u8]) -> Option<Self> {
        None
    }
}

/// The stored form of a record.
pub fn encode_record<R: Record>(record: &R) -> Result<Bytes, StoreError> {
    let mut out = Vec::with_capacity(128);
    out.push(R::VERSION);
    let out = postcard::to_extend(record, out).map_err(|error| StoreError::corrupt(format!("unwritable: {error}")))?;
    Ok(out.into())
}

/// Reads a stored record of `table` (`service/table`, for the error).
pub fn decode_record<R: Record>(table: &str, stored: &[u8]) -> Result<R, StoreError> {
    let broken = |why: &str| StoreError::corrupt(format!("a record of {table}: {why}"));
    let (version, bytes) = stored.split_first().ok_or_else(|| broken("empty"))?;
    match *version {
        version if version == R::VERSION => postcard::from_bytes(bytes).map_err(|error| broken(&error.to_string())),
        version if version > R::VERSION => Err(StoreError::NewerRecord { table: table.into(), version }),
        version => R::migrate(version, bytes).ok_or_else(|| broken("no migration from its version")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct First {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Second {
        name: String,
        size: u64,
    }

    impl Record for First {
        const VERSION: u8 = 1;
    }

    impl Record for Second {
        const VERSION: u8 = 2;

        fn migrate(version: u8, bytes: &[u8]) -> Option<Self> {
            let first: First = (version == 1).then(|| postcard::from_bytes(bytes).ok())??;
            Some(Self { name: first.name, size: 0 })
        }
    }

    #[test]
    fn a_newer_program_reads_older_records_and_not_the_reverse() {
        let old = encode_record(&First { name: "a".into() }).unwrap();
        let new = encode_record(&Second { name: "a".into(), size: 7 }).unwrap();
        assert_eq!(decode_record::<Second>("s/t", &old), Ok(Second { name: "a".into(), size: 0 }));
        assert_eq!(decode_record::<Second>("s/t", &new), Ok(Second { name: "a".into(), size: 7 }));
        let refused = StoreError::NewerRecord { table: "s/t".into(), version: 2 };
        assert_eq!(decode_record::<First>("s/t", &new), Err(refused));
    }

    #[test]
    fn broken_records_are_errors() {
        let good = encode_record(&Second { name: "abc".into(), size: 7 }).unwrap();
        for broken in [&b""[..], &good[..3], &[0, 1, 2]] {
            assert!(matches!(decode_record::<Second>("s/t", broken), Err(StoreError::Corrupt(_))), "{broken:?}");
        }
    }
}
