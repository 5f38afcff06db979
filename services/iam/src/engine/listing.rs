//! A page of what there is: read on from where the last page ended, until there are enough that fit.

use store::key::Key;
use store::{KeyLike, Order, Reader, Scope, Span, StoreError, Table, Value};

/// Rows read at once.
const BATCH: usize = 500;

/// Rows of a table that fit, in the order of their keys, from `span` on; at most `limit`.
pub(crate) async fn list<K, V>(
    reader: &impl Reader,
    table: &Table<K, V>,
    scope: &Scope,
    span: Span,
    limit: usize,
    fits: impl Fn(&K, &V) -> bool,
) -> Result<Vec<(K, V)>, StoreError>
where
    K: Key + KeyLike<K>,
    V: Value,
{
    let (mut span, mut found) = (span, Vec::new());
    loop {
        let rows = table.scan(reader, scope, &span, Order::Ascending, BATCH).await?;
        let full = rows.len() == BATCH;
        if let Some((last, _)) = rows.last() {
            span = span.after(last);
        }
        found.extend(rows.into_iter().filter(|(key, value)| fits(key, value)));
        if !full || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}
