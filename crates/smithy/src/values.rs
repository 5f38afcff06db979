//! [`Value`] for everything that is not generated: scalars, text, lists, maps, boxes. Generated structures and enums get
//! theirs from [`structure!`](crate::structure) and [`open_enum!`](crate::open_enum).

use std::collections::BTreeMap;

use bytes::Bytes;
use names::Timestamp;

use crate::{Document, Malformed, Member, ReadResult, Reader, Value, WriteValue, Writer};

macro_rules! scalar {
    ($type:ty, $method:ident) => {
        impl WriteValue for $type {
            fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
                writer.$method(member, *self);
            }
        }
        impl Value for $type {
            fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
                reader.$method(member)
            }
        }
    };
}

macro_rules! owned {
    ($type:ty, $method:ident) => {
        impl WriteValue for $type {
            fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
                writer.$method(member, self);
            }
        }
        impl Value for $type {
            fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
                reader.$method(member)
            }
        }
    };
}

scalar!(bool, boolean);
scalar!(i32, integer);
scalar!(i64, long);
scalar!(f64, double);
scalar!(Timestamp, timestamp);
owned!(String, string);
owned!(Bytes, blob);
owned!(Document, document);

impl WriteValue for f32 {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        writer.double(member, f64::from(*self));
    }
}

impl Value for f32 {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        reader.double(member).map(|v| v as f32)
    }
}

impl<T: WriteValue> WriteValue for Vec<T> {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        writer.list(member, self.len(), &mut self.iter().map(|v| v as &dyn WriteValue));
    }
}

impl<T: Value> Value for Vec<T> {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        let element = &member.target.members[0];
        let mut values = Self::new();
        reader.list(member, &mut |r| T::read(element, r).map(|v| values.push(v)))?;
        Ok(values)
    }
}

impl<T: WriteValue> WriteValue for BTreeMap<String, T> {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        writer.map(member, self.len(), &mut self.iter().map(|(k, v)| (k.as_str(), v as &dyn WriteValue)));
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        let value = &member.target.members[1];
        let mut entries = Self::new();
        reader.map(member, &mut |key, r| match entries.insert(key, T::read(value, r)?) {
            None => Ok(()),
            Some(_) => Err(Malformed::new("a key occurs twice in a map")),
        })?;
        Ok(entries)
    }
}

impl<T: WriteValue> WriteValue for Box<T> {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        self.as_ref().write(member, writer);
    }
}

impl<T: Value> Value for Box<T> {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        T::read(member, reader).map(Self::new)
    }
}

/// Gives generated structures their [`Value`].
#[macro_export]
macro_rules! structure {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::WriteValue for $type {
            fn write(&self, member: &'static $crate::Member, writer: &mut dyn $crate::Writer) {
                writer.structure(member, self);
            }
        }
        impl $crate::Value for $type {
            fn read(member: &'static $crate::Member, reader: &mut dyn $crate::Reader) -> $crate::ReadResult<Self> {
                let mut value = Self::default();
                reader.structure(member, &mut value)?;
                Ok(value)
            }
        }
    )+};
}

/// Gives generated enums their [`Value`]; they must have `as_str` and `From<String>`.
#[macro_export]
macro_rules! open_enum {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::WriteValue for $type {
            fn write(&self, member: &'static $crate::Member, writer: &mut dyn $crate::Writer) {
                writer.string(member, self.as_str());
            }
        }
        impl $crate::Value for $type {
            fn read(member: &'static $crate::Member, reader: &mut dyn $crate::Reader) -> $crate::ReadResult<Self> {
                reader.string(member).map(Self::from)
            }
        }
    )+};
}

/// Writes an optional member: its value, or its absence.
pub fn write_optional<T: WriteValue>(value: &Option<T>, member: &'static Member, writer: &mut dyn Writer) {
    match value {
        Some(value) => value.write(member, writer),
        None => writer.absent(member),
    }
}
