//! Schemas of shapes that are nothing but their kind. Generated tables share these instead of repeating `String` and
//! `Integer` in every service.

use crate::{Kind, Schema};

/// `true` or `false`.
pub static BOOLEAN: Schema = Schema::new("Boolean", Kind::Boolean);
/// 32 bits, signed.
pub static INTEGER: Schema = Schema::new("Integer", Kind::Integer);
/// 64 bits, signed.
pub static LONG: Schema = Schema::new("Long", Kind::Long);
/// 32-bit IEEE 754.
pub static FLOAT: Schema = Schema::new("Float", Kind::Float);
/// 64-bit IEEE 754.
pub static DOUBLE: Schema = Schema::new("Double", Kind::Double);
/// UTF-8 text of any length.
pub static STRING: Schema = Schema::new("String", Kind::String);
/// Bytes of any length.
pub static BLOB: Schema = Schema::new("Blob", Kind::Blob);
/// An instant.
pub static TIMESTAMP: Schema = Schema::new("Timestamp", Kind::Timestamp);
/// Free-form JSON.
pub static DOCUMENT: Schema = Schema::new("Document", Kind::Document);
/// Bytes that are not held whole.
pub static BYTE_STREAM: Schema = Schema::new("ByteStream", Kind::ByteStream);
