//! Tags of roots, units, accounts, policies and transfers, under their ids.

use names::Tags;
use store::{Reader, StoreError, Tx};

use super::id::Place;
use super::policy;
use super::refusal::{Quota, Refusal, Thing};
use super::seat::Seat;
use super::{Engine, transfer, tree};
use crate::limits;
use crate::store::{DELEGATION, TAGS, Tagged};

impl Engine {
    /// Adds tags, or changes them.
    pub(crate) async fn tag(&self, seat: &Seat, id: &str, tags: &Tags) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            taggable(&tx, seat, id).await?;
            let mut all = of(&tx, seat, id).await?;
            all.extend(tags.clone());
            put(&tx, seat, id, &all)
        })
        .await
    }

    /// Removes tags.
    pub(crate) async fn untag(&self, seat: &Seat, id: &str, keys: &[String]) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            taggable(&tx, seat, id).await?;
            let mut all = of(&tx, seat, id).await?;
            all.retain(|key, _| !keys.contains(key));
            put(&tx, seat, id, &all)
        })
        .await
    }

    /// The tags of an id.
    pub(crate) async fn tags(&self, seat: &Seat, id: &str) -> Result<Tags, Refusal> {
        let view = self.view().await?;
        taggable(&view, seat, id).await?;
        Ok(of(&view, seat, id).await?)
    }
}

/// The tags of an id; none when nothing has the id.
pub(crate) async fn of(reader: &impl Reader, seat: &Seat, id: &str) -> Result<Tags, StoreError> {
    Ok(TAGS.get(reader, &seat.scope(), &id).await?.unwrap_or_default().0)
}

/// Sets the tags of an id, as many as AWS allows.
pub(super) fn put(tx: &Tx, seat: &Seat, id: &str, tags: &Tags) -> Result<(), Refusal> {
    if tags.len() > limits::TAGS {
        return Err(Refusal::Quota(Quota::Tags));
    }
    if tags.is_empty() {
        drop(tx, seat, id);
        return Ok(());
    }
    Ok(TAGS.put(tx, &seat.scope(), &id, &Tagged(tags.clone()))?)
}

/// Removes all tags of an id.
pub(super) fn drop(tx: &Tx, seat: &Seat, id: &str) {
    TAGS.delete(tx, &seat.scope(), &id);
}

/// Refuses ids of nothing.
async fn taggable(reader: &impl Reader, seat: &Seat, id: &str) -> Result<(), Refusal> {
    let there = match Place::of(id) {
        Some(Place::Policy(id)) => policy::own(reader, seat, id).await?.is_some(),
        Some(Place::ResourcePolicy(id)) => {
            DELEGATION.get(reader, &seat.scope(), &0).await?.is_some_and(|policy| policy.id == id)
        }
        Some(Place::Transfer(id)) => transfer::of(reader, seat, id).await?.is_some(),
        _ => tree::is_target(reader, seat, id).await?,
    };
    if there { Ok(()) } else { Err(Refusal::No(Thing::Target)) }
}
