//! A table's keys and indexes, made ready for use: each index with its key attributes and their types. Pure.

use bytes::Bytes;
use store::{KeyLike, Scope};

use crate::store::{ITEMS, IndexNo, IndexRecord, KeyKind, KeyNames, Projection, TableRecord};

/// A table's indexes, itself being the first.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    /// The table and its indexes: itself, local ones, global ones.
    pub indexes: Vec<Index>,
}

/// The table itself, or one of its secondary indexes.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Its number.
    pub no: IndexNo,
    /// Its name; none for the table itself.
    pub name: Option<String>,
    /// Its partition key.
    pub hash: KeyAttribute,
    /// Its sort key.
    pub range: Option<KeyAttribute>,
    /// Further attributes of its key, of global indexes alone.
    pub more: More,
    /// What of an item it holds.
    pub projection: Projection,
    /// Whether it is a global secondary index.
    pub global: bool,
    /// Whether it is still being filled.
    pub filling: bool,
    /// What each key of its rows in the store begins with.
    pub prefix: Bytes,
}

/// Attributes of an index's key beyond the first partition key and the first sort key.
#[derive(Debug, Clone, Default)]
pub(crate) struct More {
    /// Of the partition key.
    pub hash: Vec<KeyAttribute>,
    /// Of the sort key.
    pub range: Vec<KeyAttribute>,
}

/// A key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: KeyKind,
}

impl Schema {
    /// Of a table whose records lie in `scope`.
    pub(crate) fn of(record: &TableRecord, scope: &Scope) -> Self {
        let secondary = |index: &IndexRecord, global: bool| {
            let projection = index.projection.clone();
            let (name, no, filling) = (Some(index.name.clone()), index.no, index.filling);
            let (hash, range) = attributes(record, &index.key);
            let further = |names: &[String]| names.iter().map(|name| attribute(record, name)).collect();
            let more = More { hash: further(&index.more.hash), range: further(&index.more.range) };
            Index { no, name, hash, range, more, projection, global, filling, prefix: prefix(record, scope, no) }
        };
        let (hash, range) = attributes(record, &record.key);
        let itself = Index {
            no: 0,
            name: None,
            hash,
            range,
            more: More::default(),
            projection: Projection::All,
            global: false,
            filling: false,
            prefix: prefix(record, scope, 0),
        };
        let local = record.local.iter().map(|index| secondary(index, false));
        let global = record.global.iter().map(|index| secondary(index, true));
        Self { indexes: std::iter::once(itself).chain(local).chain(global).collect() }
    }

    /// The table itself.
    pub(crate) fn primary(&self) -> &Index {
        &self.indexes[0]
    }

    /// Its secondary indexes.
    pub(crate) fn secondary(&self) -> &[Index] {
        &self.indexes[1..]
    }

    /// A secondary index by name.
    pub(crate) fn index(&self, name: &str) -> Option<&Index> {
        self.secondary().iter().find(|index| index.name.as_deref() == Some(name))
    }

    /// Whether it has local secondary indexes, and with them a bound on the items of one partition key.
    pub(crate) fn has_local(&self) -> bool {
        self.secondary().iter().any(|index| !index.global)
    }
}

impl Index {
    /// The attributes of its key.
    pub(crate) fn key(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.hashes().chain(self.ranges())
    }

    /// The attributes of its partition key.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.hash).chain(&self.more.hash)
    }

    /// The attributes of its sort key.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.range.iter().chain(&self.more.range)
    }

    /// The attributes of its key, and whether each is of the partition key.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&KeyAttribute, bool)> {
        self.hashes().map(|attribute| (attribute, true)).chain(self.ranges().map(|attribute| (attribute, false)))
    }

    /// Whether its key has more than two attributes, or two of one kind.
    pub(crate) fn is_wide(&self) -> bool {
        !self.more.hash.is_empty() || !self.more.range.is_empty()
    }

    /// Whether an attribute is part of its key.
    pub(crate) fn has_key(&self, name: &str) -> bool {
        self.key().any(|attribute| attribute.name == name)
    }
}

impl KeyKind {
    /// As the API writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
}

fn attributes(record: &TableRecord, key: &KeyNames) -> (KeyAttribute, Option<KeyAttribute>) {
    (attribute(record, &key.hash), key.range.as_ref().map(|name| attribute(record, name)))
}

fn attribute(record: &TableRecord, name: &str) -> KeyAttribute {
    let kind = record.attributes.iter().find(|(defined, _)| defined == name).map_or(KeyKind::S, |(_, kind)| *kind);
    KeyAttribute { name: name.to_owned(), kind }
}

fn prefix(record: &TableRecord, scope: &Scope, no: IndexNo) -> Bytes {
    let mut out = ITEMS.prefix(scope).to_vec();
    KeyLike::<(u64, u32)>::encode_key(&(record.no, no), &mut out);
    out.into()
}
