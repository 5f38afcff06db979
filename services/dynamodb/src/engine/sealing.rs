//! What everything of a table is sealed with: AES-256-GCM under a key of the table's own, for items in the table and its
//! indexes, what streams and history tell of them, and what is on its way to replicas and destinations. Keys in the store's
//! rows stay as they are, for they order them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use names::Timestamp;
use parking_lot::RwLock;
use runtime::Random;
use service_kit::data_keys::{Lasting, Span, Who};
use store::{Cipher, OnceOnly, Seal, StoreError, Vault};

use super::value::{self, Item};
use crate::limits;
use crate::store::{KeyRecord, TableNo};

/// Bytes by which what is sealed is longer.
pub(crate) const LONGER: usize = size_of::<OnceOnly>() + 16;
/// What a sealed item begins with where no version stands before it: an item that is not has one attribute at least.
const SEALED: u8 = 0;

/// A table's key at work. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sealing(Arc<AtWork>);

struct AtWork {
    cipher: Cipher,
    nonces: Arc<Nonces>,
}

/// No nonce is used twice: a process begins at a random one of 2^96 and counts on.
struct Nonces {
    first: u128,
    given: AtomicU64,
}

/// A key that was just made, and how it is kept.
#[derive(Clone)]
pub(crate) struct NewKey {
    /// How it is kept.
    pub record: KeyRecord,
    /// The key at work.
    pub sealing: Sealing,
}

/// The keys of tables in use, and who may use those that are kept in KMS.
pub(crate) struct Keyring {
    own: Seal,
    nonces: Arc<Nonces>,
    known: RwLock<HashMap<TableNo, Sealing>>,
    admitted: Lasting<(TableNo, Who), ()>,
}

impl Sealing {
    /// Appends the sealed form of `plain` to `out`, bound to a context.
    pub(crate) fn close(&self, bound_to: &[u8], mut out: Vec<u8>, plain: impl FnOnce(&mut Vec<u8>)) -> Bytes {
        self.0.cipher.seal(self.0.nonces.next(), bound_to, &mut out, plain);
        out.into()
    }

    /// What was sealed. Fails when a byte was changed, or it was bound to something else.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.0.cipher.unseal(bound_to, sealed)
    }
}

/// An item as it lies in records, sealed where its table has a key.
pub(crate) fn stored(sealing: Option<&Sealing>, bound_to: &[u8], item: &Item) -> Bytes {
    let Some(sealing) = sealing else {
        let mut out = Vec::with_capacity(64);
        value::encode_item(item, &mut out);
        return out.into();
    };
    sealing.close(bound_to, vec![SEALED], |out| value::encode_item(item, out))
}

/// The item of [`stored`].
pub(crate) fn item(sealing: Option<&Sealing>, bound_to: &[u8], stored: &[u8]) -> Result<Item, StoreError> {
    let item = match (stored.split_first(), sealing) {
        (Some((&SEALED, sealed)), Some(sealing)) => value::decode_item(&sealing.open(bound_to, sealed)?),
        _ => value::decode_item(stored),
    };
    item.ok_or_else(|| StoreError::corrupt("an item of a record"))
}

/// A text that is not stored in a record, sealed where its table has a key. No text begins with a zero.
pub(crate) fn text(sealing: Option<&Sealing>, text: String) -> Bytes {
    match sealing {
        Some(sealing) => sealing.close(TEXT, vec![SEALED], |out| out.extend_from_slice(text.as_bytes())),
        None => text.into(),
    }
}

/// The text of [`text`].
pub(crate) fn text_of(sealing: Option<&Sealing>, stored: &[u8]) -> Result<String, StoreError> {
    let text = match (stored.split_first(), sealing) {
        (Some((&SEALED, sealed)), Some(sealing)) => sealing.open(TEXT, sealed)?,
        _ => stored.to_vec(),
    };
    String::from_utf8(text).map_err(|_| StoreError::corrupt("a sealed text"))
}

/// What texts are bound to.
const TEXT: &[u8] = b"text";

impl Nonces {
    fn next(&self) -> OnceOnly {
        let no = self.first.wrapping_add(self.given.fetch_add(1, Ordering::Relaxed).into());
        let bytes = no.to_le_bytes();
        std::array::from_fn(|at| bytes[at])
    }
}

impl Keyring {
    /// Empty, under the cloud's keys.
    pub(crate) fn new(vault: &Vault, random: &Random) -> Self {
        let nonces = Nonces { first: random.u128(), given: AtomicU64::new(0) };
        let (known, admitted) = (RwLock::default(), Lasting::default());
        Self { own: vault.seal("dynamodb/table"), nonces: Arc::new(nonces), known, admitted }
    }

    /// A key for a table, kept under the cloud's.
    pub(crate) fn make(&self, random: &Random, table: &str) -> NewKey {
        let plain: [u8; 32] = random.bytes();
        let sealing = self.at_work(&plain).expect("the key has 32 bytes");
        NewKey { record: self.kept(random, table, &plain), sealing }
    }

    /// A key as it is kept under the cloud's.
    pub(crate) fn kept(&self, random: &Random, table: &str, plain: &[u8]) -> KeyRecord {
        let sealed = self.own.close(random, table.as_bytes(), plain).into();
        KeyRecord { table: table.to_owned(), arn: None, sealed }
    }

    /// The bytes of a key that is kept under the cloud's.
    pub(crate) fn plain(&self, record: &KeyRecord) -> Result<Vec<u8>, StoreError> {
        self.own.open(record.table.as_bytes(), &record.sealed)
    }

    /// A key at work; none of another length.
    pub(crate) fn at_work(&self, plain: &[u8]) -> Option<Sealing> {
        Some(Sealing(Arc::new(AtWork { cipher: Cipher::new(plain)?, nonces: self.nonces.clone() })))
    }

    /// The key of a table; none when KMS is to be asked first.
    pub(crate) fn unlock(&self, table: TableNo, record: &KeyRecord) -> Result<Option<Sealing>, StoreError> {
        if let Some(known) = self.get(table) {
            return Ok(Some(known));
        }
        if record.arn.is_some() {
            return Ok(None);
        }
        let sealing = self.at_work(&self.plain(record)?).ok_or_else(|| StoreError::corrupt("the key of a table"))?;
        self.keep(table, sealing.clone());
        Ok(Some(sealing))
    }

    /// The key of a table, when it is known.
    pub(crate) fn get(&self, table: TableNo) -> Option<Sealing> {
        self.known.read().get(&table).cloned()
    }

    /// Remembers a table's key.
    pub(crate) fn keep(&self, table: TableNo, sealing: Sealing) {
        self.known.write().insert(table, sealing);
    }

    /// Whether a caller was found to be allowed a table's key lately.
    pub(crate) fn admits(&self, table: TableNo, who: &Who, now: Timestamp) -> bool {
        self.admitted.get(&(table, who.clone()), now).is_some()
    }

    /// Remembers that a caller may use a table's key, for as long as DynamoDB keeps one ("Table key caching").
    pub(crate) fn admit(&self, table: TableNo, who: Who, now: Timestamp) {
        self.admitted.keep((table, who), (), Span { now, until: now.plus(limits::TABLE_KEY_LIFE) });
    }

    /// Forgets a table's key and who may use it: it is kept otherwise now, or out of reach.
    pub(crate) fn drop(&self, table: TableNo) {
        self.known.write().remove(&table);
        self.admitted.retain(|(no, _)| *no != table);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.known.write().clear();
        self.admitted.clear();
    }
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealing")
    }
}

#[cfg(test)]
mod tests {
    use names::AccountId;

    use super::*;
    use crate::engine::value::Value;

    fn ring(root: u8) -> Keyring {
        Keyring::new(&Vault::new(&[root; 32]), &Random::seeded(1))
    }

    #[test]
    fn items_open_under_their_key_and_where_they_lie_alone() {
        let (ring, random) = (ring(1), Random::seeded(2));
        let (one, other) = (ring.make(&random, "a"), ring.make(&random, "b"));
        let given: Item = [("k".to_owned(), Value::S("secret".to_owned()))].into();
        let sealed = stored(Some(&one.sealing), b"here", &given);
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(item(Some(&one.sealing), b"here", &sealed).unwrap(), given);
        assert!(item(Some(&one.sealing), b"there", &sealed).is_err());
        assert!(item(Some(&other.sealing), b"here", &sealed).is_err());
        assert!(item(None, b"here", &sealed).is_err());
        assert_ne!(stored(Some(&one.sealing), b"here", &given), sealed, "no nonce is used twice");
        let plain = stored(None, b"here", &given);
        assert_eq!(item(Some(&one.sealing), b"here", &plain).unwrap(), given, "of a table from before it had a key");
    }

    #[test]
    fn keys_are_kept_under_the_clouds() {
        let (here, random) = (ring(1), Random::seeded(2));
        let made = here.make(&random, "a");
        let again = here.at_work(&here.plain(&made.record).unwrap()).unwrap();
        let given: Item = [("k".to_owned(), Value::Null)].into();
        assert_eq!(item(Some(&again), b"", &stored(Some(&made.sealing), b"", &given)).unwrap(), given);
        assert!(ring(9).plain(&made.record).is_err());
    }

    #[test]
    fn admissions_end_and_are_each_callers_own() {
        let (ring, who, at) = (ring(1), |id: &str| (AccountId::DEFAULT, id.to_owned()), Timestamp::from_secs);
        ring.admit(7, who("a"), at(0));
        assert!(ring.admits(7, &who("a"), at(299)));
        assert!(!ring.admits(7, &who("a"), at(300)) && !ring.admits(7, &who("b"), at(1)));
        ring.drop(7);
        assert!(!ring.admits(7, &who("a"), at(1)));
    }
}
