//! Reads typed values out of CBOR in one pass.

use std::borrow::Cow;

use bytes::Bytes;
use smithy::{Document, Issue, Malformed, Member, PathPart, Presence, ReadResult, Reader, Schema, Shape, Timestamp};

use super::Instants;
use super::head::{Head, Heads, malformed};
use crate::collected::Collected;

/// A CBOR item being read.
pub(crate) struct CborReader<'a> {
    heads: Heads<'a>,
    issues: Collected,
    instants: Instants,
}

impl<'a> CborReader<'a> {
    /// Reads a whole body into `shape`. An empty one is an empty structure.
    pub(crate) fn read(bytes: &'a [u8], shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
        Self::read_with(Instants::Seconds, bytes, shape)
    }

    /// The same with instants written so.
    pub(crate) fn read_with(instants: Instants, bytes: &'a [u8], shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
        let mut reader = Self { heads: Heads::new(bytes), issues: Collected::default(), instants };
        if bytes.is_empty() {
            reader.issues.absent(&Presence::new(shape.schema()));
        } else {
            reader.members(shape)?;
        }
        if reader.heads.is_empty() { Ok(reader.issues.finish()) } else { Err(malformed("bytes follow the body")) }
    }

    fn members(&mut self, shape: &mut dyn Shape) -> ReadResult<()> {
        let schema = shape.schema();
        let mut presence = Presence::new(schema);
        let (mut left, mut hint) = (self.open_map()?, 0);
        while self.heads.more(&mut left)? {
            let key = self.key()?;
            match position(schema, &key, hint) {
                None => self.heads.skip()?,
                Some(index) => {
                    hint = index + 1;
                    self.member(shape, &mut presence, index)?;
                }
            }
        }
        self.issues.absent(&presence);
        Ok(())
    }

    fn member(&mut self, shape: &mut dyn Shape, presence: &mut Presence, index: usize) -> ReadResult<()> {
        if self.heads.null()? {
            return Ok(());
        }
        let name = shape.schema().members[index].name;
        if !presence.mark(index) {
            return Err(Malformed(format!("'{name}' occurs twice")));
        }
        let from = self.issues.count();
        shape.read_member(index, self)?;
        self.issues.within(from, || PathPart::Member(name));
        Ok(())
    }

    fn open_map(&mut self) -> ReadResult<Option<u64>> {
        let Head::Map(left) = self.heads.next()? else { return Err(malformed("an item is not a map")) };
        self.heads.enter()?;
        Ok(left)
    }

    fn key(&mut self) -> ReadResult<Cow<'a, str>> {
        match self.heads.next()? {
            Head::Text(length) => self.heads.text(length),
            _ => Err(malformed("a key is not text")),
        }
    }

    /// Any item as JSON, for free-form documents.
    fn any(&mut self) -> ReadResult<Document> {
        Ok(match self.heads.next()? {
            Head::Unsigned(value) => value.into(),
            Head::Negative(value) => negative(value).ok_or_else(|| malformed("a number is out of range"))?.into(),
            Head::Bool(value) => value.into(),
            Head::Null => Document::Null,
            Head::Float(value) => serde_json::Number::from_f64(value).map(Document::Number).ok_or_else(not_json)?,
            Head::Text(length) => self.heads.text(length)?.into_owned().into(),
            Head::Array(left) => self.any_list(left)?,
            Head::Map(left) => self.any_map(left)?,
            Head::Bytes(_) | Head::Tag(_) | Head::Break => return Err(not_json()),
        })
    }

    fn any_list(&mut self, mut left: Option<u64>) -> ReadResult<Document> {
        let mut list = Vec::new();
        self.heads.enter()?;
        while self.heads.more(&mut left)? {
            list.push(self.any()?);
        }
        Ok(Document::Array(list))
    }

    fn any_map(&mut self, mut left: Option<u64>) -> ReadResult<Document> {
        let mut map = serde_json::Map::new();
        self.heads.enter()?;
        while self.heads.more(&mut left)? {
            let key = self.key()?.into_owned();
            if map.insert(key, self.any()?).is_some() {
                return Err(malformed("a key occurs twice in a map"));
            }
        }
        Ok(Document::Object(map))
    }
}

/// The position of the member called `key`, searched from the one after the last found.
fn position(schema: &'static Schema, key: &str, hint: usize) -> Option<usize> {
    let (before, after) = schema.members.split_at(hint.min(schema.members.len()));
    let found = after.iter().position(|m| m.name == key).map(|i| i + before.len());
    found.or_else(|| before.iter().position(|m| m.name == key))
}

fn not_json() -> Malformed {
    malformed("a document holds what JSON has not")
}

fn negative(value: u64) -> Option<i64> {
    i64::try_from(value).ok().map(|value| -1 - value)
}

/// A float that is a whole number within 64 bits.
fn whole(value: f64) -> Option<i64> {
    (value.trunc() == value && value.abs() < 9_223_372_036_854_775_808.0).then_some(value as i64)
}

impl Reader for CborReader<'_> {
    fn boolean(&mut self, _: &'static Member) -> ReadResult<bool> {
        match self.heads.next()? {
            Head::Bool(value) => Ok(value),
            _ => Err(malformed("an item is not a boolean")),
        }
    }

    fn integer(&mut self, member: &'static Member) -> ReadResult<i32> {
        i32::try_from(self.long(member)?).map_err(|_| malformed("a number is out of range"))
    }

    fn long(&mut self, _: &'static Member) -> ReadResult<i64> {
        let value = match self.heads.next()? {
            Head::Unsigned(value) => i64::try_from(value).ok(),
            Head::Negative(value) => negative(value),
            Head::Float(value) => whole(value),
            _ => return Err(malformed("an item is not an integer")),
        };
        value.ok_or_else(|| malformed("a number is out of range"))
    }

    fn double(&mut self, _: &'static Member) -> ReadResult<f64> {
        match self.heads.next()? {
            Head::Unsigned(value) => Ok(value as f64),
            Head::Negative(value) => Ok(-1.0 - value as f64),
            Head::Float(value) => Ok(value),
            _ => Err(malformed("an item is not a number")),
        }
    }

    fn string(&mut self, _: &'static Member) -> ReadResult<String> {
        match self.heads.next()? {
            Head::Text(length) => self.heads.text(length).map(Cow::into_owned),
            _ => Err(malformed("an item is not text")),
        }
    }

    fn blob(&mut self, _: &'static Member) -> ReadResult<Bytes> {
        match self.heads.next()? {
            Head::Bytes(length) => self.heads.bytes(length).map(|bytes| Bytes::from(bytes.into_owned())),
            _ => Err(malformed("an item is not bytes")),
        }
    }

    fn timestamp(&mut self, member: &'static Member) -> ReadResult<Timestamp> {
        if self.heads.next()? != Head::Tag(1) {
            return Err(malformed("an item is not a timestamp"));
        }
        let value = self.double(member)?;
        let seconds = if self.instants == Instants::Millis { value / 1_000.0 } else { value };
        Timestamp::from_secs_f64(seconds).map_err(|_| malformed("a timestamp is out of range"))
    }

    fn document(&mut self, _: &'static Member) -> ReadResult<Document> {
        self.any()
    }

    fn structure(&mut self, _: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        self.members(shape)
    }

    fn list(
        &mut self,
        _: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let Head::Array(mut left) = self.heads.next()? else { return Err(malformed("an item is not a list")) };
        let mut index = 0;
        self.heads.enter()?;
        while self.heads.more(&mut left)? {
            let from = self.issues.count();
            if self.heads.null()? {
                self.issues.missing(PathPart::Index(index));
            } else {
                element(self)?;
                self.issues.within(from, || PathPart::Index(index));
            }
            index += 1;
        }
        Ok(())
    }

    fn map(
        &mut self,
        _: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let mut left = self.open_map()?;
        while self.heads.more(&mut left)? {
            let key = self.key()?;
            let from = self.issues.count();
            if self.heads.null()? {
                self.issues.missing(PathPart::Key(key.into_owned()));
            } else {
                entry(key.clone().into_owned(), self)?;
                self.issues.within(from, || PathPart::Key(key.clone().into_owned()));
            }
        }
        Ok(())
    }

    fn issue(&mut self, issue: Issue) {
        self.issues.add(issue);
    }
}
