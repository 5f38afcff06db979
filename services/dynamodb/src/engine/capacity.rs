//! How many units calls consume: a write unit a started KiB, a read unit a started 4 KiB, half of it where an older answer
//! will do, twice in transactions ("Read and write capacity units" in the developer guide). Pure.

/// Units of reads or writes.
pub(crate) type Units = f64;

/// What a call consumed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Consumed {
    /// Of the table itself.
    pub table: Units,
    /// Of local secondary indexes, by name.
    pub local: Vec<(String, Units)>,
    /// Of global secondary indexes, by name.
    pub global: Vec<(String, Units)>,
}

impl Consumed {
    /// All of it.
    pub(crate) fn total(&self) -> Units {
        self.table + self.local.iter().chain(&self.global).map(|(_, units)| units).sum::<Units>()
    }

    /// Adds what an index consumed.
    pub(crate) fn add_index(&mut self, name: &str, global: bool, units: Units) {
        let list = if global { &mut self.global } else { &mut self.local };
        match list.iter_mut().find(|(seen, _)| seen == name) {
            Some((_, sum)) => *sum += units,
            None => list.push((name.to_owned(), units)),
        }
    }

    /// Adds what another call consumed.
    pub(crate) fn add(&mut self, other: &Self) {
        self.table += other.table;
        other.local.iter().for_each(|(name, units)| self.add_index(name, false, *units));
        other.global.iter().for_each(|(name, units)| self.add_index(name, true, *units));
    }

    /// So many times as much: two in transactions.
    pub(crate) fn times(mut self, factor: Units) -> Self {
        self.table *= factor;
        self.local.iter_mut().chain(&mut self.global).for_each(|(_, units)| *units *= factor);
        self
    }
}

/// Units of writing an item of this size; at least one.
pub(crate) fn write_units(bytes: usize) -> Units {
    started(bytes, 1_024)
}

/// Units of reading so many bytes; at least one, or half of one.
pub(crate) fn read_units(bytes: usize, consistent: bool) -> Units {
    started(bytes, 4_096) * if consistent { 1.0 } else { 0.5 }
}

#[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn started(bytes: usize, unit: usize) -> Units {
    bytes.div_ceil(unit).max(1) as Units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "halves are exact")]
    fn units_are_started_ones() {
        for (bytes, write, read) in
            [(0, 1.0, 0.5), (1, 1.0, 0.5), (1_024, 1.0, 0.5), (1_025, 2.0, 0.5), (4_097, 5.0, 1.0)]
        {
            assert_eq!((write_units(bytes), read_units(bytes, false)), (write, read), "{bytes}");
            assert_eq!(read_units(bytes, true), 2.0 * read);
        }
    }
}
