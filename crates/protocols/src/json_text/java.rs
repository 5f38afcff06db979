//! Names of shapes as Coral's Java calls them, since its refusals show them.

use smithy::{Kind, Schema};

/// What is said where a list or map stands as an element and something else comes.
pub(super) const NOT_A_CLASS: &str = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class \
    java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of \
    loader 'bootstrap')";

/// `class com.example.Shape`, `java.util.Map<java.lang.String, com.example.Shape>`.
pub(super) fn with_kind(schema: &Schema, namespace: &str) -> String {
    let name = name(schema, namespace);
    if matches!(schema.kind, Kind::List | Kind::Map) { name } else { format!("class {name}") }
}

fn name(schema: &Schema, namespace: &str) -> String {
    let of = |index: usize| schema.members.get(index).map_or_else(String::new, |m| name(m.target, namespace));
    match schema.kind {
        Kind::Structure | Kind::Union => format!("{namespace}.{}", schema.name),
        Kind::List => format!("java.util.List<{}>", of(0)),
        Kind::Map => format!("java.util.Map<{}, {}>", of(0), of(1)),
        Kind::Boolean => "java.lang.Boolean".to_owned(),
        Kind::Integer => "java.lang.Integer".to_owned(),
        Kind::Long => "java.lang.Long".to_owned(),
        Kind::Float => "java.lang.Float".to_owned(),
        Kind::Double => "java.lang.Double".to_owned(),
        Kind::Blob => "java.nio.ByteBuffer".to_owned(),
        Kind::Timestamp => "java.util.Date".to_owned(),
        _ => "java.lang.String".to_owned(),
    }
}
