//! What a call consumed, and how large its item collections are, as far as the caller asks.

use std::collections::BTreeMap;

use api_dynamodb::{Capacity, ConsumedCapacity, ReturnConsumedCapacity};

use crate::engine::capacity::Consumed;

/// Whether units are those of reads or of writes, told apart by transactions alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// As units.
    Units,
    /// As read units too.
    Reads,
    /// As write units too.
    Writes,
}

/// Whether the caller asks.
pub(crate) fn wanted(asked: Option<&ReturnConsumedCapacity>) -> bool {
    matches!(asked, Some(ReturnConsumedCapacity::Total | ReturnConsumedCapacity::Indexes))
}

/// As the API shows it, when asked.
pub(crate) fn shown(
    asked: Option<&ReturnConsumedCapacity>,
    table: &str,
    consumed: &Consumed,
    told: Told,
) -> Option<ConsumedCapacity> {
    if !wanted(asked) {
        return None;
    }
    let total = consumed.total();
    let mut shown = ConsumedCapacity {
        table_name: Some(table.to_owned()),
        capacity_units: Some(total),
        read_capacity_units: (told == Told::Reads).then_some(total),
        write_capacity_units: (told == Told::Writes).then_some(total),
        ..ConsumedCapacity::default()
    };
    if asked == Some(&ReturnConsumedCapacity::Indexes) {
        shown.table = Some(capacity(consumed.table, told));
        shown.local_secondary_indexes = by_index(&consumed.local, told);
        shown.global_secondary_indexes = by_index(&consumed.global, told);
    }
    Some(shown)
}

fn by_index(units: &[(String, f64)], told: Told) -> Option<BTreeMap<String, Capacity>> {
    let all: BTreeMap<_, _> = units.iter().map(|(name, units)| (name.clone(), capacity(*units, told))).collect();
    (!all.is_empty()).then_some(all)
}

fn capacity(units: f64, told: Told) -> Capacity {
    Capacity {
        capacity_units: Some(units),
        read_capacity_units: (told == Told::Reads).then_some(units),
        write_capacity_units: (told == Told::Writes).then_some(units),
    }
}
