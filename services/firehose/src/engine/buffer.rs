//! Records that wait, on disk: a row for each put, sealed. Rows are numbered in the order of putting and removed one by one
//! when they were delivered, so that none is passed over that was still being written.
//!
//! A row is version (1 byte), when it came (8), how many records (4), sealed content: the length of each record (4) and the
//! record. Numbers are big-endian.

use bytes::{BufMut as _, Bytes};
use names::Timestamp;
use store::{Batch, Order, Raw, Span, StoreError};

use super::Engine;
use super::partition::Keys;
use super::process::Item;
use super::stream::Stream;
use crate::store::{BUFFER, CHECKPOINTS, Checkpoint, RowNo, StreamNo};

const VERSION: u8 = 1;
/// Bytes before the sealed content.
const HEAD: usize = 13;

/// When a row came, and how many records it has.
pub(crate) fn head(row: &[u8]) -> Option<(Timestamp, u32)> {
    let (version, rest) = row.split_first()?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (count, _) = rest.split_first_chunk::<4>()?;
    (*version == VERSION).then(|| (Timestamp::from_micros(i64::from_be_bytes(*at)), u32::from_be_bytes(*count)))
}

/// A row that was read.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its number.
    pub no: RowNo,
    /// Bytes it takes.
    pub bytes: u64,
    /// When it came.
    pub at: Timestamp,
    /// Its records.
    pub items: Vec<Item>,
}

impl Engine {
    /// Buffers records; answers when they are durable. `read` tells up to where a shard of the source was read with them.
    pub(crate) async fn buffer(
        &self,
        stream: &Stream,
        records: &[Bytes],
        read: Option<(&str, Checkpoint)>,
    ) -> Result<(), StoreError> {
        let (batch, now) = (Batch::new(), self.now());
        let mut bytes = 0;
        if !records.is_empty() {
            let no = self.number().await?;
            let row = self.seal_row(stream.no, records, now);
            bytes = row.len() as u64;
            BUFFER.put(&batch, &stream.scope, &(stream.no, no), &Raw(row))?;
        }
        if let Some((shard, checkpoint)) = read {
            CHECKPOINTS.put(&batch, &stream.scope, &(stream.no, shard), &checkpoint)?;
        }
        if !batch.is_empty() {
            self.store().write(batch).await?;
        }
        if bytes > 0 {
            let mut pending = stream.pending.lock();
            pending.bytes += bytes.cast_signed();
            pending.rows += 1;
            pending.since.get_or_insert(now);
            drop(pending);
            stream.stir.notify_one();
        }
        Ok(())
    }

    /// The first rows of a buffer, up to so many bytes or up to a row.
    pub(crate) async fn rows(&self, stream: &Stream, bytes: u64, last: Option<RowNo>) -> Result<Vec<Row>, StoreError> {
        let view = self.store().read().await?;
        let mut span = Span::prefix(&(stream.no,));
        if let Some(last) = last {
            span = span.until(&(stream.no, last + 1));
        }
        let (mut rows, mut held): (Vec<Row>, u64) = (Vec::new(), 0);
        loop {
            let from = rows.last().map_or(span.clone(), |row| span.clone().after(&(stream.no, row.no)));
            let page = BUFFER.scan(&view, &stream.scope, &from, Order::Ascending, 16).await?;
            let ended = page.len() < 16;
            for ((_, no), Raw(row)) in page {
                let size = row.len() as u64;
                if last.is_none() && held > 0 && held + size > bytes {
                    return Ok(rows);
                }
                held += size;
                let (at, _) = head(&row).ok_or_else(broken)?;
                rows.push(Row { no, bytes: size, at, items: self.open_row(stream.no, &row)? });
            }
            if ended {
                return Ok(rows);
            }
        }
    }

    fn seal_row(&self, stream: StreamNo, records: &[Bytes], now: Timestamp) -> Bytes {
        let mut plain = Vec::with_capacity(records.iter().map(|record| record.len() + 4).sum());
        for record in records {
            plain.put_u32(record.len() as u32);
            plain.extend_from_slice(record);
        }
        let sealed = self.seal().close(&self.runtime().random, &stream.to_be_bytes(), &plain);
        let mut row = Vec::with_capacity(HEAD + sealed.len());
        row.put_u8(VERSION);
        row.put_i64(now.micros());
        row.put_u32(records.len() as u32);
        row.extend_from_slice(&sealed);
        row.into()
    }

    fn open_row(&self, stream: StreamNo, row: &[u8]) -> Result<Vec<Item>, StoreError> {
        let (at, count) = head(row).ok_or_else(broken)?;
        let mut plain = Bytes::from(self.seal().open(&stream.to_be_bytes(), &row[HEAD..])?);
        let mut next = || {
            let length = u32::from_be_bytes(plain.get(..4)?.try_into().ok()?) as usize;
            let data = (plain.len() >= 4 + length).then(|| plain.slice(4..4 + length))?;
            plain = plain.slice(4 + length..);
            Some(Item { data, at, keys: Keys::new() })
        };
        (0..count).map(|_| next().ok_or_else(broken)).collect()
    }
}

fn broken() -> StoreError {
    StoreError::corrupt("a row of a buffer")
}
