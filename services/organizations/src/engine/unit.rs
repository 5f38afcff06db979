//! Organizational units: made, renamed, deleted.

use names::Tags;
use store::Tx;

use super::refusal::{Quota, Refusal, Thing, Twin};
use super::seat::Seat;
use super::tally::{Counted, one_less, one_more};
use super::{Engine, attachment, id, tag, tree};
use crate::limits;
use crate::store::{CHILD_UNITS, UNIT_NAMES, UNITS, UnitRecord, leads_to, nothing};

impl Engine {
    /// Makes a unit and answers its id.
    pub(crate) async fn create_unit(
        &self,
        seat: &Seat,
        parent: &str,
        name: &str,
        tags: &Tags,
    ) -> Result<String, Refusal> {
        let root = seat.organization.root.trim_start_matches("r-");
        let unit = id::fresh(self.random(), &format!("ou-{root}-"), 8);
        let unit = &unit;
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            tree::parent(&tx, seat, parent, Thing::Parent).await?;
            if tree::line(&tx, seat, parent).await?.len() > limits::DEPTH {
                return Err(Refusal::Quota(Quota::Depth));
            }
            one_more(&tx, seat, Counted::Unit).await?;
            name_unit(&tx, seat, parent, name, unit).await?;
            let record = UnitRecord { name: name.to_owned(), parent: parent.to_owned() };
            UNITS.put(&tx, &seat.scope(), &unit.as_str(), &record)?;
            CHILD_UNITS.put(&tx, &seat.scope(), &(parent, unit.as_str()), &nothing())?;
            tag::put(&tx, seat, unit, tags)
        })
        .await?;
        Ok(unit.clone())
    }

    /// Gives a unit another name.
    pub(crate) async fn rename_unit(&self, seat: &Seat, unit: &str, name: &str) -> Result<UnitRecord, Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let mut record = found(&tx, seat, unit).await?;
            if record.name != name {
                UNIT_NAMES.delete(&tx, &seat.scope(), &(record.parent.as_str(), record.name.as_str()));
                name_unit(&tx, seat, &record.parent, name, unit).await?;
                name.clone_into(&mut record.name);
                UNITS.put(&tx, &seat.scope(), &unit, &record)?;
            }
            Ok(record)
        })
        .await
    }

    /// Deletes a unit in which nothing is.
    pub(crate) async fn delete_unit(&self, seat: &Seat, unit: &str) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let record = found(&tx, seat, unit).await?;
            if !tree::is_empty(&tx, seat, unit).await? {
                return Err(Refusal::UnitNotEmpty);
            }
            UNITS.delete(&tx, &seat.scope(), &unit);
            UNIT_NAMES.delete(&tx, &seat.scope(), &(record.parent.as_str(), record.name.as_str()));
            CHILD_UNITS.delete(&tx, &seat.scope(), &(record.parent.as_str(), unit));
            attachment::detach_all(&tx, seat, unit).await?;
            tag::drop(&tx, seat, unit);
            one_less(&tx, seat, Counted::Unit).await
        })
        .await
    }
}

async fn found(tx: &Tx, seat: &Seat, unit: &str) -> Result<UnitRecord, Refusal> {
    UNITS.get(tx, &seat.scope(), &unit).await?.ok_or(Refusal::No(Thing::Unit))
}

/// Notes the name, which no sibling may have.
async fn name_unit(tx: &Tx, seat: &Seat, parent: &str, name: &str, unit: &str) -> Result<(), Refusal> {
    if UNIT_NAMES.get(tx, &seat.scope(), &(parent, name)).await?.is_some() {
        return Err(Refusal::Duplicate(Twin::Unit));
    }
    Ok(UNIT_NAMES.put(tx, &seat.scope(), &(parent, name), &leads_to(unit))?)
}
