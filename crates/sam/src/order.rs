//! The order in which Python 2 walks a dictionary: that of a hash table with open addressing, as CPython 2.7's `dictobject.c`
//! builds it. Keys that meet in a slot make the order depend on how the table came to be, so the table itself is kept.

use crate::node::Text;

/// Slots of the smallest table.
const SMALLEST: usize = 8;
/// From this many keys on a table doubles where it else quadruples.
const LARGE: usize = 50_000;

#[derive(Debug, Clone)]
enum Slot {
    Free,
    /// A key was here; a search goes on.
    Removed,
    Key(Text),
}

/// The table of a dictionary's keys.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    slots: Vec<Slot>,
    /// Keys.
    size: usize,
    /// Slots that are or were used.
    fill: usize,
}

impl Default for Order {
    fn default() -> Self {
        Self { slots: vec![Slot::Free; SMALLEST], size: 0, fill: 0 }
    }
}

impl Order {
    /// The keys in order.
    pub(crate) fn keys(&self) -> Vec<Text> {
        let key = |slot: &Slot| if let Slot::Key(key) = slot { Some(key.clone()) } else { None };
        self.slots.iter().filter_map(key).collect()
    }

    /// Adds a key, unless it is there.
    pub(crate) fn add(&mut self, key: &Text) {
        let at = self.find(key);
        match self.slots[at] {
            Slot::Key(_) => return,
            Slot::Free => self.fill += 1,
            Slot::Removed => {}
        }
        self.slots[at] = Slot::Key(key.clone());
        self.size += 1;
        if self.is_tight(self.fill) {
            self.resize(self.size * if self.size > LARGE { 2 } else { 4 });
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        let at = self.find(key);
        if matches!(self.slots[at], Slot::Key(_)) {
            self.slots[at] = Slot::Removed;
            self.size -= 1;
        }
    }

    /// Makes room for keys, and adds them: what `dict.update` does first.
    pub(crate) fn make_room(&mut self, keys: &[Text]) {
        if keys.is_empty() {
            return;
        }
        if self.is_tight(self.fill + keys.len()) {
            self.resize((self.size + keys.len()) * 2);
        }
        keys.iter().for_each(|key| self.add(key));
    }

    /// A table made of all keys at once: what `dict.copy` makes.
    pub(crate) fn copied(&self) -> Order {
        let mut copy = Order::default();
        copy.make_room(&self.keys());
        copy
    }

    /// A table made key by key: what `copy.deepcopy` makes.
    pub(crate) fn rebuilt(&self) -> Order {
        let mut copy = Order::default();
        self.keys().iter().for_each(|key| copy.add(key));
        copy
    }

    /// Whether two thirds of the table are used.
    fn is_tight(&self, fill: usize) -> bool {
        fill * 3 >= self.slots.len() * 2
    }

    /// The slot of a key, or the one where it belongs.
    fn find(&self, key: &str) -> usize {
        let mask = self.slots.len() - 1;
        let hash = hash(key);
        let (mut walker, mut perturb) = (hash & mask as u64, hash);
        let mut removed = None;
        loop {
            let at = walker as usize & mask;
            match &self.slots[at] {
                Slot::Free => return removed.unwrap_or(at),
                Slot::Key(found) if **found == *key => return at,
                Slot::Removed if removed.is_none() => removed = Some(at),
                _ => {}
            }
            walker = walker.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1);
            perturb >>= 5;
        }
    }

    /// A table of more slots than asked for, with the keys in their order of now.
    fn resize(&mut self, keys: usize) {
        let mut slots = SMALLEST;
        while slots <= keys {
            slots *= 2;
        }
        let old = self.keys();
        *self = Order { slots: vec![Slot::Free; slots], size: 0, fill: 0 };
        old.iter().for_each(|key| self.add(key));
    }
}

/// Python 2's hash of a text, of 64 bits.
fn hash(text: &str) -> u64 {
    let Some(first) = text.chars().next() else { return 0 };
    let mixed = text.chars().fold(u64::from(first) << 7, |hash, c| hash.wrapping_mul(1_000_003) ^ u64::from(c));
    mixed ^ text.chars().count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: &[&str]) -> Vec<String> {
        let mut order = Order::default();
        keys.iter().for_each(|key| order.add(&Text::from(*key)));
        order.keys().iter().map(|key| key.to_string()).collect()
    }

    /// Values of CPython 2.7.18 on a machine of 64 bits.
    #[test]
    fn hashes_are_python_twos() {
        assert_eq!(hash(""), 0);
        assert_eq!(hash("a") as i64, 12_416_037_344);
        assert_eq!(hash("abc") as i64, 1_453_079_729_188_098_211);
    }

    #[test]
    fn keys_come_in_the_order_of_their_hashes() {
        assert_eq!(order(&["a", "b", "c", "d"]), ["a", "c", "b", "d"]);
        assert_eq!(order(&["d", "c", "b", "a"]), ["a", "c", "b", "d"]);
    }

    #[test]
    fn a_removed_key_leaves_its_place_to_the_next() {
        let mut table = Order::default();
        for key in ["a", "b", "c"] {
            table.add(&Text::from(key));
        }
        table.remove("b");
        table.remove("z");
        assert_eq!(table.keys().len(), 2);
        table.add(&Text::from("b"));
        assert_eq!(table.keys().len(), 3);
    }
}
