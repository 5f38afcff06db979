//! What users and root own: a row that keeps an owner from being deleted before it, and leads from the owner to it.

use store::{Reader, Span, StoreError, Tx};

use super::home::Home;
use super::nothing;
use super::refusal::{Noun, Refusal};
use crate::store::{IDS, OWNED, Sort};

/// Ids of what an owner has of a sort, sorted.
pub(crate) async fn ids(reader: &impl Reader, home: Home, owner: &str, sort: Sort) -> Result<Vec<String>, StoreError> {
    let span = Span::prefix(&(owner.to_owned(), sort as u8));
    let rows = OWNED.scan_all(reader, &home.scope(), &span).await?;
    Ok(rows.into_iter().map(|((_, _, id), _)| id).collect())
}

/// Gives something to an owner, who must be there.
pub(crate) async fn give(tx: &Tx, home: Home, owner: &str, sort: Sort, id: &str) -> Result<(), Refusal> {
    let root = owner == home.account.to_string();
    if !root && IDS.get(tx, &home.scope(), &owner).await?.is_none() {
        return Err(Refusal::Missing(Noun::User, owner.to_owned()));
    }
    Ok(OWNED.put(tx, &home.scope(), &row(owner, sort, id), &nothing())?)
}

/// Takes something from its owner.
pub(crate) fn take(tx: &Tx, home: Home, owner: &str, sort: Sort, id: &str) {
    OWNED.delete(tx, &home.scope(), &row(owner, sort, id));
}

fn row(owner: &str, sort: Sort, id: &str) -> (String, u8, String) {
    (owner.to_owned(), sort as u8, id.to_owned())
}
