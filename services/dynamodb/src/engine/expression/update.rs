//! Updates, applied to items. Every value comes from the item as it was. Pure.

use super::path::{Path, Paths, Step};
use crate::engine::number::NotANumber;
use crate::engine::value::{Item, Value};

/// What an update expression does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Update {
    /// What it does, where.
    pub actions: Vec<(Path, Action)>,
}

/// What is done at a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// There is this from now on.
    Set(Source),
    /// There is nothing.
    Remove,
    /// A number is added, or elements.
    Add(Value),
    /// Elements are taken out.
    Delete(Value),
}

/// Where a new value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// What is at a path.
    Path(Path),
    /// A value.
    Value(Value),
    /// What is at a path, or else that.
    Else(Path, Box<Source>),
    /// One list after the other.
    Append(Box<Source>, Box<Source>),
    /// A sum.
    Plus(Box<Source>, Box<Source>),
    /// A difference.
    Minus(Box<Source>, Box<Source>),
}

const BAD_TYPE: &str = "An operand in the update expression has an incorrect data type";
const NOT_THERE: &str = "The provided expression refers to an attribute that does not exist in the item";
const BAD_PATH: &str = "The document path provided in the update expression is invalid for update";

impl Update {
    /// The paths it changes.
    pub(crate) fn paths(&self) -> Paths {
        Paths::of(self.actions.iter().map(|(path, _)| path.clone()).collect())
    }

    /// Calls `seen` with every path that it reads or changes.
    pub(crate) fn all_paths(&self, seen: &mut dyn FnMut(&Path)) {
        for (path, action) in &self.actions {
            seen(path);
            if let Action::Set(source) = action {
                source.paths(seen);
            }
        }
    }

    /// Applies it. Errors are AWS's texts.
    pub(crate) fn apply(&self, item: &mut Item) -> Result<(), String> {
        let mut changes = Vec::with_capacity(self.actions.len());
        for (path, action) in &self.actions {
            changes.push(((path, path.find(item).is_some()), action.outcome(path, item)?));
        }
        // Elements are set from the front, so that those beyond the end follow one another, and removed from the back.
        changes.sort_by_key(|(place, _)| *place);
        let (kept, gone): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, value)| value.is_some());
        for ((path, _), value) in kept {
            value.map_or(Ok(()), |value| set(item, path, value))?;
        }
        gone.into_iter().rev().try_for_each(|((path, there), _)| remove(item, path, there))
    }
}

impl Action {
    /// The value that there is to be; none for nothing.
    fn outcome(&self, path: &Path, item: &Item) -> Result<Option<Value>, String> {
        let there = path.find(item);
        match self {
            Self::Set(source) => source.resolve(item).map(Some),
            Self::Remove => Ok(None),
            Self::Add(added) => add(there, added).map(Some),
            Self::Delete(taken) => match there {
                None => Ok(None),
                Some(there) => take(there, taken),
            },
        }
    }
}

impl Source {
    fn resolve(&self, item: &Item) -> Result<Value, String> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Path(path) => path.find(item).cloned().ok_or_else(|| NOT_THERE.to_owned()),
            Self::Else(path, other) => path.find(item).cloned().map_or_else(|| other.resolve(item), Ok),
            Self::Append(a, b) => match (a.resolve(item)?, b.resolve(item)?) {
                (Value::L(a), Value::L(b)) => Ok(Value::L([a, b].concat())),
                _ => Err(BAD_TYPE.to_owned()),
            },
            Self::Plus(a, b) | Self::Minus(a, b) => match (a.resolve(item)?, b.resolve(item)?) {
                (Value::N(a), Value::N(b)) => {
                    let sum = if matches!(self, Self::Plus(..)) { a.plus(b) } else { a.minus(b) };
                    sum.map(Value::N).map_err(|error| arithmetic(&error))
                }
                _ => Err(BAD_TYPE.to_owned()),
            },
        }
    }

    /// The type of the value, where it is known without the item.
    pub(crate) fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Value(value) => Some(value.kind()),
            Self::Plus(..) | Self::Minus(..) => Some("N"),
            Self::Append(..) => Some("L"),
            Self::Path(_) | Self::Else(..) => None,
        }
    }

    fn paths(&self, seen: &mut dyn FnMut(&Path)) {
        match self {
            Self::Value(_) => {}
            Self::Path(path) => seen(path),
            Self::Else(path, other) => {
                seen(path);
                other.paths(seen);
            }
            Self::Append(a, b) | Self::Plus(a, b) | Self::Minus(a, b) => {
                a.paths(seen);
                b.paths(seen);
            }
        }
    }
}

/// AWS tells of too many digits as of too large a number.
fn arithmetic(error: &NotANumber) -> String {
    match error {
        NotANumber::Precision => NotANumber::Overflow.to_string(),
        other => other.to_string(),
    }
}

/// What adding makes of what is there.
pub(crate) fn add(there: Option<&Value>, added: &Value) -> Result<Value, String> {
    match (there, added) {
        (None, added) => Ok(added.clone()),
        (Some(Value::N(a)), Value::N(b)) => a.plus(*b).map(Value::N).map_err(|error| arithmetic(&error)),
        (Some(Value::Ss(a)), Value::Ss(b)) => Ok(Value::Ss(a.union(b).cloned().collect())),
        (Some(Value::Ns(a)), Value::Ns(b)) => Ok(Value::Ns(a.union(b).copied().collect())),
        (Some(Value::Bs(a)), Value::Bs(b)) => Ok(Value::Bs(a.union(b).cloned().collect())),
        _ => Err(BAD_TYPE.to_owned()),
    }
}

/// What taking elements out leaves of a set; nothing of an empty one.
pub(crate) fn take(there: &Value, taken: &Value) -> Result<Option<Value>, String> {
    Ok(match (there, taken) {
        (Value::Ss(a), Value::Ss(b)) => Some(a - b).filter(|left| !left.is_empty()).map(Value::Ss),
        (Value::Ns(a), Value::Ns(b)) => Some(a - b).filter(|left| !left.is_empty()).map(Value::Ns),
        (Value::Bs(a), Value::Bs(b)) => Some(a - b).filter(|left| !left.is_empty()).map(Value::Bs),
        _ => return Err(BAD_TYPE.to_owned()),
    })
}

/// The value that holds what a path leads to; none when that is the item.
fn parent<'a>(item: &'a mut Item, path: &Path) -> Result<Option<&'a mut Value>, String> {
    let bad = || BAD_PATH.to_owned();
    let Some((last, way)) = path.0.split_last() else { return Err(bad()) };
    let Some((Step::Name(first), rest)) = way.split_first() else { return Ok(None) };
    let mut value = item.get_mut(first).ok_or_else(bad)?;
    for step in rest {
        value = match (value, step) {
            (Value::M(values), Step::Name(name)) => values.get_mut(name).ok_or_else(bad)?,
            (Value::L(values), Step::At(at)) => values.get_mut(*at).ok_or_else(bad)?,
            _ => return Err(bad()),
        };
    }
    match (&*value, last) {
        (Value::M(_), Step::Name(_)) | (Value::L(_), Step::At(_)) => Ok(Some(value)),
        _ => Err(bad()),
    }
}

fn set(item: &mut Item, path: &Path, value: Value) -> Result<(), String> {
    let last = path.0.last().cloned();
    match (parent(item, path)?, last) {
        (None, Some(Step::Name(name))) => {
            item.insert(name, value);
        }
        (Some(Value::M(values)), Some(Step::Name(name))) => {
            values.insert(name, value);
        }
        (Some(Value::L(values)), Some(Step::At(at))) => match values.get_mut(at) {
            Some(there) => *there = value,
            None => values.push(value),
        },
        _ => return Err(BAD_PATH.to_owned()),
    }
    Ok(())
}

/// `there` tells whether the path led to something before the update: by now it may lead to something that was added.
fn remove(item: &mut Item, path: &Path, there: bool) -> Result<(), String> {
    let (parent, last) = (parent(item, path)?, path.0.last().filter(|_| there).cloned());
    match (parent, last) {
        (None, Some(Step::Name(name))) => {
            item.remove(&name);
        }
        (Some(Value::M(values)), Some(Step::Name(name))) => {
            values.remove(&name);
        }
        (Some(Value::L(values)), Some(Step::At(at))) if at < values.len() => {
            values.remove(at);
        }
        _ => {}
    }
    Ok(())
}
