//! `SET` and `REMOVE` clauses as updates.

use super::filter::wrong_type;
use super::literal::Parameters;
use super::tree::{Change, Node, What};
use crate::engine::expression::path::Path;
use crate::engine::expression::update::{Action, Source, Update};
use crate::engine::value::Value;

impl Parameters<'_> {
    /// All clauses of an `UPDATE`.
    pub(super) fn update(self, changes: &[Change]) -> Result<Update, String> {
        let mut update = Update::default();
        for change in changes {
            let (path, action) = match change {
                Change::Remove(node) => (path(node)?, Action::Remove),
                Change::Set(node, value) => {
                    let path = path(node)?;
                    let action = self.action(&path, value)?;
                    (path, action)
                }
            };
            if let Some(clash) = update.actions.iter().find_map(|(earlier, _)| earlier.clash(&path)) {
                return Err(clash);
            }
            update.actions.push((path, action));
        }
        Ok(update)
    }

    fn action(self, path: &Path, value: &Node) -> Result<Action, String> {
        match &value.what {
            What::Call(name, operands) if name == "set_add" => {
                self.elements(path, value, "ADD", operands).map(Action::Add)
            }
            What::Call(name, operands) if name == "set_delete" => {
                self.elements(path, value, "DELETE", operands).map(Action::Delete)
            }
            _ => self.source(value).map(Action::Set),
        }
    }

    /// The elements that `SET_ADD` and `SET_DELETE` are about.
    fn elements(self, path: &Path, call: &Node, which: &str, operands: &[Node]) -> Result<Value, String> {
        let [of, elements] = operands else {
            return Err(format!("SET_{which} must have exactly two arguments {}", call.place));
        };
        if !matches!(&of.what, What::Path(own) if own == path) {
            return Err(format!("The first argument to SET_{which} must equal the assignment value {}", call.place));
        }
        match self.value(elements)? {
            set @ (Value::Ss(_) | Value::Ns(_) | Value::Bs(_)) => Ok(set),
            // AWS tells the place of the first argument.
            _ => Err(format!("The second argument to SET_{which} must be a value with type SET {}", of.place)),
        }
    }

    fn source(self, node: &Node) -> Result<Source, String> {
        match &node.what {
            What::Path(path) => Ok(Source::Path(path.clone())),
            What::Plus(a, b) => Ok(Source::Plus(self.addend("+", a)?, self.addend("+", b)?)),
            What::Minus(a, b) => Ok(Source::Minus(self.addend("-", a)?, self.addend("-", b)?)),
            What::Call(name, operands) => self.computed(node, name, operands),
            What::Is(..) | What::Missing => Err("IS operator is not supported in update expressions".to_owned()),
            What::And(_) => Err(foreign("AND")),
            What::Or(_) => Err(foreign("OR")),
            What::Not(_) => Err(foreign("NOT")),
            What::In(..) => Err(foreign("IN")),
            What::Between(..) => Err(foreign("BETWEEN")),
            What::Compare(..) => Err(foreign("=")),
            What::Foreign(operator) => Err(foreign(operator)),
            _ => self.value(node).map(Source::Value),
        }
    }

    fn addend(self, operator: &str, node: &Node) -> Result<Box<Source>, String> {
        let source = self.source(node)?;
        match &source {
            Source::Value(value) if !matches!(value, Value::N(_)) => Err(wrong_type(operator, value.kind())),
            _ => Ok(source.into()),
        }
    }

    fn computed(self, node: &Node, name: &str, operands: &[Node]) -> Result<Source, String> {
        match (name, operands) {
            ("list_append", [a, b]) => {
                let (a, b) = (self.source(a)?, self.source(b)?);
                for source in [&a, &b] {
                    if let Source::Value(value) = source
                        && !matches!(value, Value::L(_))
                    {
                        return Err(wrong_type(name, value.kind()));
                    }
                }
                Ok(Source::Append(a.into(), b.into()))
            }
            ("if_not_exists", [of, other]) => match &of.what {
                What::Path(path) => Ok(Source::Else(path.clone(), self.source(other)?.into())),
                _ => Err(format!("Operator or function requires a document path; operator or function: {name}")),
            },
            ("list_append" | "if_not_exists", _) => Err(format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {}",
                operands.len()
            )),
            _ => Err(format!("Unrecognized function: {name} {}", node.place)),
        }
    }
}

fn path(node: &Node) -> Result<Path, String> {
    match &node.what {
        What::Path(path) => Ok(path.clone()),
        _ => Err(format!("Unexpected path component {}", node.place)),
    }
}

fn foreign(operator: &str) -> String {
    format!("Unsupported operator in Update Expression. Operator: {operator}")
}
