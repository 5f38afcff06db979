//! Values as statements write them: texts, numbers, lists, maps, sets, parameters.

use std::collections::BTreeSet;

use super::tree::{Node, What};
use crate::engine::number::Number;
use crate::engine::value::{Item, NESTING, Value};

/// The parameters of a request, by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters<'a>(pub &'a [Value]);

impl Parameters<'_> {
    /// The value of a piece that can be nothing else.
    pub(super) fn value(self, node: &Node) -> Result<Value, String> {
        match &node.what {
            What::Parameter(number) => self.0.get(*number).cloned().ok_or_else(super::miscounted),
            _ => self.literal(node, "root", 0),
        }
    }

    /// The item of an `INSERT`.
    pub(super) fn item(self, node: &Node) -> Result<Item, String> {
        let What::Struct(attributes) = &node.what else {
            return Err(
                "Unsupported format in item expression. Please use struct format {...} to express item values for \
                        insert statement."
                    .to_owned(),
            );
        };
        let mut item = Item::new();
        for (name, value) in attributes {
            add(&mut item, key(name, "root")?, self.value(value)?, "root")?;
        }
        Ok(item)
    }

    /// `under` is where it lies, as AWS tells it; `depth` how deep.
    fn literal(self, node: &Node, under: &str, depth: usize) -> Result<Value, String> {
        if depth > NESTING - 1 {
            return Err(format!("Nesting Levels have exceeded supported limits under {under}"));
        }
        let unsupported = |kind: &str| Err(format!("Unsupported data type: {kind} under key {under} {}", node.place));
        match &node.what {
            What::Literal(value) => Ok(value.clone()),
            What::List(elements) => elements
                .iter()
                .enumerate()
                .map(|(at, element)| self.literal(element, &format!("{under}[{at}]"), depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::L),
            What::Struct(entries) => {
                let mut values = Item::new();
                for (name, value) in entries {
                    let name = key(name, under)?;
                    let value = self.literal(value, &format!("{under}.{name}"), depth + 1)?;
                    add(&mut values, name, value, under)?;
                }
                Ok(Value::M(values))
            }
            What::Bag(elements) => set(elements, under),
            What::Parameter(_) => unsupported("Parameter"),
            What::Missing => unsupported("MISSING"),
            What::Path(_) => unsupported("VariableReference"),
            What::Call(name, _) => unsupported(name),
            _ => unsupported("Expression"),
        }
    }
}

fn key(node: &Node, under: &str) -> Result<String, String> {
    let actual = match &node.what {
        What::Literal(Value::S(name)) => return Ok(name.clone()),
        What::Literal(value) => value.kind(),
        What::Path(_) => "VariableReference",
        What::Parameter(_) => "Parameter",
        _ => "Expression",
    };
    Err(format!("Tuple keys must be of type String. Actual type: {actual} under {under}"))
}

fn add(values: &mut Item, name: String, value: Value, under: &str) -> Result<(), String> {
    if values.contains_key(&name) {
        return Err(format!("Duplicate keys in tuple. Key: {name} under {under}"));
    }
    values.insert(name, value);
    Ok(())
}

fn set(elements: &[Node], under: &str) -> Result<Value, String> {
    const NEITHER: &str = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags";
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for element in elements {
        match &element.what {
            What::Literal(Value::S(text)) => texts.push(text.clone()),
            What::Literal(Value::N(number)) => numbers.push(*number),
            _ => return Err(NEITHER.to_owned()),
        }
    }
    match (texts.is_empty(), numbers.is_empty()) {
        (true, true) => Err("Empty bags are not supported".to_owned()),
        (false, false) => Err(NEITHER.to_owned()),
        (false, true) => {
            let set: BTreeSet<String> = texts.iter().cloned().collect();
            if set.len() < texts.len() { Err(twice(&texts.join(", "), ".")) } else { Ok(Value::Ss(set)) }
        }
        (true, false) => {
            let set: BTreeSet<Number> = numbers.iter().copied().collect();
            let shown = || numbers.iter().map(Number::to_string).collect::<Vec<_>>().join(", ");
            if set.len() < numbers.len() {
                Err(twice(&shown(), &format!("! under {under}")))
            } else {
                Ok(Value::Ns(set))
            }
        }
    }
}

fn twice(all: &str, end: &str) -> String {
    format!("One or more parameter values were invalid: Input collection [{all}] contains duplicates{end}")
}
