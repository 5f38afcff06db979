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
    /// What of an item it holds.
    pub projection: Projection,
    /// Whether it is a global secondary index.
    pub global: bool,
    /// Whether it is still being filled.
    pub filling: bool,
    /// What each key of its rows in the store begins with.
    pub prefix: Bytes,
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
            Index { no, name, hash, range, projection, global, filling, prefix: prefix(record, scope, no) }
        };
        let (hash, range) = attributes(record, &record.key);
        let itself = Index {
            no: 0,
            name: None,
            hash,
            range,
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
        std::iter::once(&self.hash).chain(&self.range)
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
    let attribute = |name: &String| {
        let kind = record.attributes.iter().find(|(defined, _)| defined == name).map_or(KeyKind::S, |(_, kind)| *kind);
        KeyAttribute { name: name.clone(), kind }
    };
    (attribute(&key.hash), key.range.as_ref().map(attribute))
}

fn prefix(record: &TableRecord, scope: &Scope, no: IndexNo) -> Bytes {
    let mut out = ITEMS.prefix(scope).to_vec();
    KeyLike::<(u64, u32)>::encode_key(&(record.no, no), &mut out);
    out.into()
}
