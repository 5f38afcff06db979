//! What generated code is made of: shape implementations in a few words each, so that thousands of them stay cheap to
//! compile. A structure lists its fields once for reading and once for writing; the rest is here.

use crate::{ByteStream, EventStream, Member, ReadResult, Reader, Schema, Value, WriteValue, Writer};

/// A field that can be read into: the object-safe half of [`Value`].
pub trait ReadValue {
    /// Replaces the value by the one read.
    fn read_into(&mut self, member: &'static Member, reader: &mut dyn Reader) -> ReadResult<()>;
}

impl<T: Value> ReadValue for T {
    fn read_into(&mut self, member: &'static Member, reader: &mut dyn Reader) -> ReadResult<()> {
        *self = T::read(member, reader)?;
        Ok(())
    }
}

impl<T: WriteValue> WriteValue for Option<T> {
    fn write(&self, member: &'static Member, writer: &mut dyn Writer) {
        match self {
            Some(value) => value.write(member, writer),
            None => writer.absent(member),
        }
    }
}

impl<T: Value> Value for Option<T> {
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self> {
        T::read(member, reader).map(Some)
    }
}

// Streams travel beside the members: `Shape::take_stream` and `Shape::take_events` hand them over.
impl WriteValue for ByteStream {
    fn write(&self, _member: &'static Member, _writer: &mut dyn Writer) {}
}

impl<E> WriteValue for EventStream<E> {
    fn write(&self, _member: &'static Member, _writer: &mut dyn Writer) {}
}

/// Writes the fields of a structure, given in the order of its schema's members.
pub fn write_all(schema: &'static Schema, fields: &[&dyn WriteValue], writer: &mut dyn Writer) {
    for (member, field) in schema.members.iter().zip(fields) {
        field.write(member, writer);
    }
}

/// An enum that keeps values it does not know: `enumeration! { Color { Red = "red", Green = "green" } }`.
#[macro_export]
macro_rules! enumeration {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($variant,)*
            /// A value that the model does not list.
            Unknown(String),
        }

        impl $name {
            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(text),
                }
            }
        }

        $crate::text_value!($name);
    };
}

/// An enum with so many values that they are not worth a variant each: text in a type of its own.
#[macro_export]
macro_rules! text {
    ($name:ident) => {
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        $crate::text_value!($name);
    };
}

/// What everything with `as_str` and `From<String>` has besides.
#[doc(hidden)]
#[macro_export]
macro_rules! text_value {
    ($name:ident) => {
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(text.to_owned())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::from(String::new())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::open_enum!($name);
    };
}

/// Gives generated structures and unions their `Value` and a `Debug` that hides what is sensitive.
#[macro_export]
macro_rules! shapes {
    ($($name:ident),+ $(,)?) => {
        $crate::structure!($($name),+);
        $(
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    $crate::debug(self, f)
                }
            }
        )+
    };
}
