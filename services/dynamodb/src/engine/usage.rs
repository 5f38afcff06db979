//! What was consumed, noted once a minute and whenever it is asked for. What was consumed between the last note and a crash
//! is not noted: it is a figure, not a promise.

use std::collections::BTreeMap;

use names::Timestamp;
use store::{Batch, Span};

use super::Engine;
use super::refusal::Refusal;
use super::table::Table;
use super::throttle::Way;
use crate::limits;
use crate::store::{IndexNo, USAGES, UsageRecord};

impl Engine {
    /// Notes what was consumed of all tables in use.
    pub(crate) async fn note_all(&self) -> Result<(), Refusal> {
        for table in self.directory().in_use() {
            self.note(&table).await?;
        }
        Ok(())
    }

    /// Notes what was consumed of a table since it was noted before.
    async fn note(&self, table: &Table) -> Result<(), Refusal> {
        let mut noted = table.noted.lock().await;
        let mut units: BTreeMap<IndexNo, (f64, f64)> = BTreeMap::new();
        let spent = table.meters.spent();
        for ((index, way), spent) in &spent {
            let new = spent - noted.get(&(*index, *way)).copied().unwrap_or_default();
            if new > 0.0 {
                let (reads, writes) = units.entry(*index).or_default();
                *(if *way == Way::Read { reads } else { writes }) += new;
            }
        }
        if units.is_empty() || table.state().gone {
            return Ok(());
        }
        let record =
            UsageRecord { units: units.into_iter().map(|(no, (reads, writes))| (no, reads, writes)).collect() };
        let batch = Batch::new();
        USAGES.put(&batch, &table.scope, &(table.no, self.now()), &record)?;
        self.store().write(batch).await?;
        noted.extend(spent);
        Ok(())
    }

    /// Units consumed after an instant and not after another; none when none were.
    pub(crate) async fn used(
        &self,
        table: &Table,
        index: IndexNo,
        way: Way,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Option<f64>, Refusal> {
        self.note(table).await?;
        let moment = std::time::Duration::from_micros(1);
        let span =
            Span::prefix(&(table.no,)).from(&(table.no, from.plus(moment))).until(&(table.no, until.plus(moment)));
        let rows = USAGES.scan_all(&self.store().read().await?, &table.scope, &span).await?;
        let of_index = rows.iter().flat_map(|(_, record)| &record.units).filter(|(no, ..)| *no == index);
        let units: Vec<_> =
            of_index.map(|(_, reads, writes)| if way == Way::Read { *reads } else { *writes }).collect();
        let sum: f64 = units.iter().sum();
        Ok((sum > 0.0).then_some(sum))
    }

    /// Removes notes that nobody asks for any more.
    pub(crate) async fn trim_usage(&self) -> Result<(), Refusal> {
        let oldest = self.now().minus(limits::USAGE_LIFE);
        for table in self.directory().in_use() {
            let old = Span::prefix(&(table.no,)).until(&(table.no, oldest));
            self.store().delete_range(USAGES.range(&table.scope, &old)).await?;
        }
        Ok(())
    }
}
