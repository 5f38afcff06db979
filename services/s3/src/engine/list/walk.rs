//! Rows of a bucket in the order of their keys, read a batch at a time, with seeks over what nobody wants to see.

use std::collections::VecDeque;

use store::key::{Key, encode};
use store::{KeyRange, Order, ReadView, Reader, StoreError, Table, Value, after_key, after_prefix};

use super::page::{From, Wanted};
use crate::store::{BucketNo, No, SCOPE};

/// Rows read at once where prefixes may be rolled up: what is read too much costs more than another read.
const ROLLING: usize = 64;
/// Bytes that end a text in a key.
const TEXT_END: usize = 2;

/// A walk over the rows of a bucket.
pub(super) struct Walk<'a, K, R> {
    view: &'a ReadView,
    /// What each key of the table starts with.
    head: Vec<u8>,
    bucket: BucketNo,
    /// What was not read yet.
    range: KeyRange,
    ended: bool,
    batch: VecDeque<(String, No, R)>,
    size: usize,
    name: fn(K) -> (String, No),
}

impl<'a, K: Key, R: Value> Walk<'a, K, R> {
    /// From where a page begins. `name` tells a key's text and what follows it.
    pub(super) fn begin(
        view: &'a ReadView,
        table: Table<K, R>,
        bucket: BucketNo,
        wanted: Wanted<'_>,
        name: fn(K) -> (String, No),
    ) -> Self {
        let head = table.prefix(&SCOPE).to_vec();
        let size = if wanted.delimiter.is_empty() { wanted.limit + 1 } else { ROLLING.min(wanted.limit + 1) };
        let mut range = KeyRange::prefix(stem(&head, bucket, wanted.prefix));
        let text = |key: &str| [&head[..], &encode::<(BucketNo, String)>(&(bucket, key))].concat();
        let start = match wanted.from {
            From::Start => None,
            From::At(key) => Some(text(key).into()),
            From::After(key) => after_prefix(&text(key)),
            From::Inside(key, no) => Some(after_key(&[&text(key)[..], &no.to_be_bytes()].concat())),
            From::Past(common) => after_prefix(&stem(&head, bucket, common)),
        };
        range.start = range.start.clone().max(start.unwrap_or_default());
        Self { view, head, bucket, range, ended: false, batch: VecDeque::new(), size, name }
    }

    /// The next row: its key, what follows it there, what it holds.
    pub(super) async fn next(&mut self) -> Result<Option<(String, No, R)>, StoreError> {
        if self.batch.is_empty() && !self.ended {
            self.fetch().await?;
        }
        Ok(self.batch.pop_front())
    }

    /// Passes over all keys that begin so.
    pub(super) fn skip_past(&mut self, common: &str) {
        while self.batch.front().is_some_and(|(key, _, _)| key.starts_with(common)) {
            self.batch.pop_front();
        }
        if self.batch.is_empty() {
            let past = after_prefix(&stem(&self.head, self.bucket, common));
            self.range.start = self.range.start.clone().max(past.unwrap_or_default());
        }
    }

    async fn fetch(&mut self) -> Result<(), StoreError> {
        if self.range.is_empty() {
            self.ended = true;
            return Ok(());
        }
        let rows = self.view.scan(self.range.clone(), Order::Ascending, self.size).await?;
        self.ended = rows.len() < self.size;
        if let Some((last, _)) = rows.last() {
            self.range.start = after_key(last);
        }
        for (key, stored) in rows {
            let broken = || StoreError::corrupt("a key of a bucket");
            let key = key.strip_prefix(&self.head[..]).and_then(K::decode_key).ok_or_else(broken)?;
            let (key, no) = (self.name)(key);
            self.batch.push_back((key, no, R::from_stored(|| "a bucket".to_owned(), stored)?));
        }
        Ok(())
    }
}

/// What every key of a bucket starts with whose text starts with `text`.
fn stem(head: &[u8], bucket: BucketNo, text: &str) -> Vec<u8> {
    let mut stem = [head, &encode::<(BucketNo, String)>(&(bucket, text))].concat();
    stem.truncate(stem.len() - TEXT_END);
    stem
}
