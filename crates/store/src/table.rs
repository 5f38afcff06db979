//! Typed tables: a service declares its own as constants, and there is no central schema.
//!
//! ```
//! # use store::{Record, Table};
//! # #[derive(serde::Serialize, serde::Deserialize)] struct QueueRecord { url: String }
//! # impl Record for QueueRecord { const VERSION: u8 = 1; }
//! /// Queues by name.
//! const QUEUES: Table<String, QueueRecord> = Table::new("sqs", "queue");
//! ```
//!
//! A key in the store is (scope, service, table, key).

use std::marker::PhantomData;

use bytes::Bytes;

use crate::error::StoreError;
use crate::key::{Key, KeyLike, KeyPart};
use crate::kv::{KeyRange, MAX_KEY, Order, after_key, after_prefix};
use crate::record::{Record, decode_record, encode_record};
use crate::scope::Scope;
use crate::store::{Reader, Writer};

/// Rows read by one request to the engine when everything is read.
const PAGE: usize = 1_000;

/// What a table holds under each key.
pub trait Value: Sized {
    /// The stored form.
    fn to_stored(&self) -> Result<Bytes, StoreError>;
    /// Reads the stored form; `table` is for the error.
    fn from_stored(table: impl Fn() -> String, stored: Bytes) -> Result<Self, StoreError>;
}

impl<R: Record> Value for R {
    fn to_stored(&self) -> Result<Bytes, StoreError> {
        encode_record(self)
    }

    fn from_stored(table: impl Fn() -> String, stored: Bytes) -> Result<Self, StoreError> {
        match stored.first() {
            // The name of the table is only made when something is wrong.
            Some(version) if *version == R::VERSION => {
                postcard::from_bytes(&stored[1..]).map_err(|_| StoreError::corrupt(format!("a record of {}", table())))
            }
            _ => decode_record(&table(), &stored),
        }
    }
}

/// Bytes stored as they are, for what has a form of its own: no version byte, no copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(pub Bytes);

impl Value for Raw {
    fn to_stored(&self) -> Result<Bytes, StoreError> {
        Ok(self.0.clone())
    }

    fn from_stored(_: impl Fn() -> String, stored: Bytes) -> Result<Self, StoreError> {
        Ok(Self(stored))
    }
}

/// Records of one kind by key.
#[derive(Debug)]
pub struct Table<K, V> {
    service: &'static str,
    name: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Table<K, V> {}

/// A table of plain bytes.
pub type RawTable<K> = Table<K, Raw>;

/// Which keys of a table: all, those with some leading parts, from one on, up to another.
#[derive(Clone, Debug, Default)]
pub struct Span {
    prefix: Vec<u8>,
    start: Option<Vec<u8>>,
    end: Option<Vec<u8>>,
}

impl Span {
    /// Every key of the table.
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys whose leading parts are those of `parts`.
    pub fn prefix<P>(parts: &impl KeyLike<P>) -> Self {
        Self { prefix: crate::key::encode(parts), ..Self::default() }
    }

    /// From `key` on, itself included.
    pub fn from<K>(mut self, key: &impl KeyLike<K>) -> Self {
        self.start = Some(crate::key::encode(key));
        self
    }

    /// After `key` and after everything it is a leading part of.
    pub fn after<K>(mut self, key: &impl KeyLike<K>) -> Self {
        // Beyond the last key there is none: the end itself is then an empty span.
        let encoded = crate::key::encode(key);
        self.start = Some(after_prefix(&encoded).map_or_else(|| vec![0xff; MAX_KEY], Vec::from));
        self
    }

    /// Up to `key`, itself not included.
    pub fn until<K>(mut self, key: &impl KeyLike<K>) -> Self {
        self.end = Some(crate::key::encode(key));
        self
    }

    fn within(&self, table: &[u8]) -> KeyRange {
        let join = |tail: &[u8]| Bytes::from([table, tail].concat());
        let prefix = join(&self.prefix);
        let end = self.end.as_ref().map(|end| join(end));
        let prefix_end = after_prefix(&prefix);
        let start = self.start.as_ref().map_or_else(Bytes::new, |start| join(start));
        KeyRange { start: start.max(prefix), end: end.into_iter().chain(prefix_end).min() }
    }
}

impl<K: Key, V: Value> Table<K, V> {
    /// The table `name` of `service`. Neither may ever change: they are in every key.
    pub const fn new(service: &'static str, name: &'static str) -> Self {
        Self { service, name, types: PhantomData }
    }

    /// The bytes that each key of this table in `scope` starts with; what a watch wants.
    pub fn prefix(&self, scope: &Scope) -> Bytes {
        self.prefix_with_room(scope, 0).into()
    }

    /// The key in the store.
    pub fn key(&self, scope: &Scope, key: &impl KeyLike<K>) -> Bytes {
        let mut out = self.prefix_with_room(scope, 40);
        key.encode_key(&mut out);
        out.into()
    }

    /// The keys of a span in the store.
    pub fn range(&self, scope: &Scope, span: &Span) -> KeyRange {
        span.within(&self.prefix_with_room(scope, 0))
    }

    /// The record under `key`, if there is one.
    pub async fn get(
        &self,
        reader: &impl Reader,
        scope: &Scope,
        key: &impl KeyLike<K>,
    ) -> Result<Option<V>, StoreError> {
        let stored = reader.get(self.key(scope, key)).await?;
        stored.map(|stored| self.read(stored)).transpose()
    }

    /// Sets the record under `key`.
    pub fn put(&self, writer: &impl Writer, scope: &Scope, key: &impl KeyLike<K>, value: &V) -> Result<(), StoreError> {
        writer.put(self.key(scope, key), value.to_stored()?);
        Ok(())
    }

    /// Removes the record under `key`, if there is one.
    pub fn delete(&self, writer: &impl Writer, scope: &Scope, key: &impl KeyLike<K>) {
        writer.delete(self.key(scope, key));
    }

    /// At most `limit` records of a span, in order of their keys.
    pub async fn scan(
        &self,
        reader: &impl Reader,
        scope: &Scope,
        span: &Span,
        order: Order,
        limit: usize,
    ) -> Result<Vec<(K, V)>, StoreError> {
        let table = self.prefix_with_room(scope, 0);
        let rows = reader.scan(span.within(&table), order, limit).await?;
        rows.into_iter().map(|(key, stored)| self.row(&table, &key, stored)).collect()
    }

    /// Every record of a span. For what is known to fit into memory.
    pub async fn scan_all(&self, reader: &impl Reader, scope: &Scope, span: &Span) -> Result<Vec<(K, V)>, StoreError> {
        let table = self.prefix_with_room(scope, 0);
        let mut range = span.within(&table);
        let mut records = Vec::new();
        loop {
            let rows = reader.scan(range.clone(), Order::Ascending, PAGE).await?;
            let last = rows.last().map(|(key, _)| after_key(key));
            let full = rows.len() == PAGE;
            for (key, stored) in rows {
                records.push(self.row(&table, &key, stored)?);
            }
            match last {
                Some(next) if full => range.start = next,
                _ => return Ok(records),
            }
        }
    }

    /// Every record of this table in every scope: what a service reads when it starts. Not validated by a transaction.
    pub async fn scan_everywhere(&self, reader: &impl Reader) -> Result<Vec<(Scope, K, V)>, StoreError> {
        let mut records = Vec::new();
        for scope in Scope::all(reader).await? {
            let here = self.scan_all(reader, &scope, &Span::all()).await?;
            records.extend(here.into_iter().map(|(key, value)| (scope.clone(), key, value)));
        }
        Ok(records)
    }

    fn prefix_with_room(&self, scope: &Scope, room: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(48 + room);
        scope.encode(&mut out);
        self.service.encode_key(&mut out);
        self.name.encode_key(&mut out);
        out
    }

    fn row(&self, table: &[u8], key: &[u8], stored: Bytes) -> Result<(K, V), StoreError> {
        let key = key.strip_prefix(table).and_then(K::decode_key);
        let key = key.ok_or_else(|| StoreError::corrupt(format!("a key of {}", self.full_name())))?;
        Ok((key, self.read(stored)?))
    }

    fn read(&self, stored: Bytes) -> Result<V, StoreError> {
        V::from_stored(|| self.full_name(), stored)
    }

    fn full_name(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}
