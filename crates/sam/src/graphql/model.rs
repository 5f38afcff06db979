//! Properties that are checked to their depths, with the words of the library that AWS's transform uses for that.

use crate::node::{Map, Node};

/// A property: its name, its type, and whether it must be there.
pub(crate) type Field = (&'static str, Type, bool);

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Type {
    Any,
    /// A map of anything.
    Map,
    Bool,
    Text,
    Integer,
    Number,
    /// One of texts.
    OneOf(&'static [&'static str]),
    List(&'static Type),
    /// A map of names to values of a type.
    Table(&'static Type),
    Model(&'static [Field]),
    /// Either of two.
    Any2(&'static Type, &'static Type),
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Unknown,
    /// It should be of this type.
    Not(&'static str),
}

/// Everything that is wrong, by paths, in the order of the properties.
pub(crate) fn check(fields: &[Field], map: &Map) -> Vec<(String, Fault)> {
    let mut faults = Vec::new();
    check_fields(fields, map, "", &mut faults);
    faults
}

fn check_fields(fields: &[Field], map: &Map, path: &str, faults: &mut Vec<(String, Fault)>) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, kind, required) in fields {
        match map.get(name) {
            Some(value) => kind.check(value, &at(name), faults),
            None if *required => faults.push((at(name), Fault::Missing)),
            None => {}
        }
    }
    for name in map.keys() {
        if !fields.iter().any(|(known, _, _)| *known == &*name) {
            faults.push((at(&name), Fault::Unknown));
        }
    }
}

impl Type {
    fn check(&self, value: &Node, path: &str, faults: &mut Vec<(String, Fault)>) {
        let mut not = |what: &'static str| faults.push((path.to_owned(), Fault::Not(what)));
        match (self, value) {
            (Type::Any, _) | (Type::Map, Node::Map(_)) | (Type::Bool, Node::Bool(_)) => {}
            (Type::Text, Node::Text(_) | Node::Number(_)) => {}
            (Type::Integer | Type::Number, Node::Number(_) | Node::Bool(_)) => {}
            (Type::Integer, Node::Text(text)) if text.trim().parse::<i64>().is_ok() => {}
            (Type::Number, Node::Text(text)) if text.trim().parse::<f64>().is_ok() => {}
            (Type::Bool, Node::Text(text)) if is_truth(text) => {}
            (Type::OneOf(known), Node::Text(text)) if known.contains(&&**text) => {}
            (
                Type::Map | Type::Table(_) | Type::Model(_),
                Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_),
            ) => {
                not("dictionary");
            }
            (Type::Bool, _) => not("boolean"),
            (Type::Text, _) => not("string"),
            (Type::Integer, _) => not("integer"),
            (Type::Number, _) => not("number"),
            (Type::OneOf(_), _) => not("one of the known values"),
            (Type::List(item), Node::List(items)) => {
                for (at, value) in items.iter().enumerate() {
                    item.check(value, &format!("{path}.{at}"), faults);
                }
            }
            (Type::List(_), _) => not("list"),
            (Type::Table(item), Node::Map(map)) => {
                map.iter().for_each(|(name, value)| item.check(value, &format!("{path}.{}", &*name), faults));
            }
            (Type::Model(fields), Node::Map(map)) => check_fields(fields, map, path, faults),
            (Type::Any2(left, right), _) => {
                let (mut of_left, mut of_right) = (Vec::new(), Vec::new());
                left.check(value, path, &mut of_left);
                right.check(value, path, &mut of_right);
                if !of_left.is_empty() && !of_right.is_empty() {
                    faults.extend(of_left);
                    faults.extend(of_right);
                }
            }
        }
    }
}

fn is_truth(text: &str) -> bool {
    ["0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes"].contains(&text.to_lowercase().as_str())
}

/// A number that is not whole in its type.
pub(crate) fn as_real(node: &Node) -> Node {
    let real = match node {
        Node::Number(number) => number.as_f64(),
        Node::Text(text) => text.trim().parse::<f64>().ok(),
        _ => None,
    };
    real.and_then(serde_json::Number::from_f64).map_or_else(|| node.clone(), Node::Number)
}

/// What is said of faults: a sentence a path.
pub(crate) fn describe(faults: &[(String, Fault)]) -> String {
    let mut said: Vec<(&str, Vec<Fault>)> = Vec::new();
    for (path, fault) in faults {
        match said.iter_mut().find(|(known, _)| known == path) {
            Some((_, all)) if all.contains(fault) => {}
            Some((_, all)) => all.push(*fault),
            None => said.push((path, vec![*fault])),
        }
    }
    said.iter().map(|(path, faults)| sentence(path, faults)).collect::<Vec<_>>().join(" ")
}

fn sentence(path: &str, faults: &[Fault]) -> String {
    let types: Vec<&str> =
        faults.iter().filter_map(|fault| if let Fault::Not(what) = fault { Some(*what) } else { None }).collect();
    match faults {
        [Fault::Missing, ..] => format!("Property '{path}' is required."),
        [Fault::Unknown, ..] => format!("Property '{path}' is an invalid property."),
        _ if types.len() > 1 => format!("Property '{path}' value must be {}.", types.join(" or ")),
        _ => format!("Property '{path}' {}.", of_one(types.first().copied().unwrap_or_default())),
    }
}

fn of_one(kind: &str) -> &'static str {
    match kind {
        "dictionary" => "value is not a valid dict",
        "list" => "value is not a valid list",
        "boolean" => "value could not be parsed to a boolean",
        "integer" => "value is not a valid integer",
        "number" => "value is not a valid float",
        "string" => "str type expected",
        _ => "unexpected value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{list, map};

    const FIELDS: &[Field] = &[
        ("Needed", Type::Any, true),
        ("Names", Type::Any2(&Type::Map, &Type::List(&Type::Text)), false),
        ("Inner", Type::Model(&[("On", Type::Bool, false)]), false),
    ];

    #[test]
    fn faults_are_told_by_paths() {
        let value = map! { "Names" => 1, "Inner" => map! { "On" => list![], "Off" => 1 }, "Other" => 1 };
        assert_eq!(
            describe(&check(FIELDS, &value)),
            "Property 'Needed' is required. Property 'Names' value must be dictionary or list. Property 'Inner.On' value could \
             not be parsed to a boolean. Property 'Inner.Off' is an invalid property. Property 'Other' is an invalid property."
        );
        assert!(check(FIELDS, &map! { "Needed" => 1, "Names" => list!["a"] }).is_empty());
    }
}
