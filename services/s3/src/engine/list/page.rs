//! What of a bucket's rows a page shows: keys, or what a delimiter rolls them up to. Pure.

use crate::store::No;

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Keys that begin so.
    pub prefix: &'a str,
    /// Keys are rolled up to the first of these after the prefix; empty for never.
    pub delimiter: &'a str,
    /// Where to begin.
    pub from: &'a From,
    /// Entries of a page.
    pub limit: usize,
}

/// Where a page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum From {
    /// At the first key.
    #[default]
    Start,
    /// At a key.
    At(String),
    /// After a key.
    After(String),
    /// After a row of a key: a version by its place among the older ones, an upload by its number.
    Inside(String, No),
    /// After all keys that begin so.
    Past(String),
}

/// An entry of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry<R> {
    /// A key with what it holds.
    Row {
        /// The key.
        key: String,
        /// What it holds.
        record: R,
        /// Whether it is the newest of its key.
        latest: bool,
    },
    /// Keys rolled up to what they have in common.
    Prefix(String),
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page<R> {
    /// Its entries, in order.
    pub entries: Vec<Entry<R>>,
    /// Whether there are more.
    pub more: bool,
}

/// What became of a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// It is shown.
    Row,
    /// It is rolled up with all that begin so.
    Rolled(String),
    /// The page was full.
    Full,
}

/// A page being filled.
pub(super) struct Filling<'a, R> {
    wanted: Wanted<'a>,
    page: Page<R>,
}

impl<'a, R> Filling<'a, R> {
    pub(super) fn new(wanted: Wanted<'a>) -> Self {
        Self { wanted, page: Page { entries: Vec::new(), more: false } }
    }

    /// The next row in order.
    pub(super) fn add(&mut self, key: String, record: R, latest: bool) -> Added {
        if self.page.entries.len() == self.wanted.limit {
            // A page of nothing has no end after which there could be more.
            self.page.more = self.wanted.limit > 0;
            return Added::Full;
        }
        match rolled(&key, self.wanted.prefix, self.wanted.delimiter).map(str::to_owned) {
            Some(common) => {
                self.page.entries.push(Entry::Prefix(common.clone()));
                Added::Rolled(common)
            }
            None => {
                self.page.entries.push(Entry::Row { key, record, latest });
                Added::Row
            }
        }
    }

    pub(super) fn done(self) -> Page<R> {
        self.page
    }
}

/// What a key is rolled up to: up to the first delimiter after the prefix, that included.
pub(crate) fn rolled<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    let rest = key.strip_prefix(prefix).filter(|_| !delimiter.is_empty())?;
    let at = rest.find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

impl<R> Entry<R> {
    /// The key or prefix.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Row { key, .. } => key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_rolled_up_after_the_prefix() {
        for (key, prefix, delimiter, common) in [
            ("a/b/c", "", "/", Some("a/")),
            ("a/b/c", "a/", "/", Some("a/b/")),
            ("a/b", "a/", "/", None),
            ("a/", "a/", "/", None),
            ("a/b", "", "", None),
            ("axxb", "", "xx", Some("axx")),
            ("b/c", "a", "/", None),
            ("ä/ö", "", "/", Some("ä/")),
        ] {
            assert_eq!(rolled(key, prefix, delimiter), common, "{key} {prefix} {delimiter}");
        }
    }

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let from = From::Start;
        let wanted = Wanted { prefix: "", delimiter: "/", from: &from, limit: 2 };
        let mut page = Filling::new(wanted);
        assert_eq!(page.add("a".into(), 1, true), Added::Row);
        assert_eq!(page.add("b/c".into(), 2, true), Added::Rolled("b/".into()));
        assert_eq!(page.add("d".into(), 3, true), Added::Full);
        let page = page.done();
        assert_eq!(page.entries.iter().map(Entry::name).collect::<Vec<_>>(), ["a", "b/"]);
        assert!(page.more);
        let mut none = Filling::new(Wanted { limit: 0, ..wanted });
        assert_eq!(none.add("a".into(), 1, true), Added::Full);
        assert!(!none.done().more);
    }
}
