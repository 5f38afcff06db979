//! The tree that the transform works on: a template that remembers what of it the author wrote.
//!
//! AWS names an API's deployment after a hash of the API's definition *as Python 2 printed it*: what came from the template
//! was a `unicode` (`u'x'`), what the transform added a `str` (`'x'`), and mappings came in the order of their hashes. Names
//! equal to AWS's need the same memory, so a text knows whether it was written by the author, and a map whether it is one
//! that is walked in that order. Everything else is JSON.

use std::ops::Deref;

use serde_json::{Number, Value};

use crate::order::Order;

/// A value of a template.
#[derive(Debug, Clone, Default)]
pub(crate) enum Node {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Vec<Node>),
    Map(Map),
}

/// A text, and whether the template's author wrote it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    value: String,
    written: bool,
}

/// A mapping: of the order its keys were set in, or of the order of Python 2 (see [`Order`]).
#[derive(Debug, Clone, Default)]
pub(crate) struct Map {
    entries: Vec<(Text, Node)>,
    order: Option<Order>,
}

/// A map in the order of its keys: `map! { "Ref" => name }`.
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an empty map is not changed")]
        let mut map = $crate::node::Map::default();
        $(map.set($key, $value);)*
        map
    }};
}

/// A map in the order of Python 2.
macro_rules! hashed {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "an empty map is not changed")]
        let mut map = $crate::node::Map::hashed();
        $(map.set($key, $value);)*
        map
    }};
}

/// A list: `list!["a", 1]`.
macro_rules! list {
    ($($value:expr),* $(,)?) => { $crate::node::Node::List(vec![$(Into::<$crate::node::Node>::into($value)),*]) };
}

pub(crate) use {hashed, list, map};

impl Text {
    /// A text that the author wrote.
    pub(crate) fn written(value: impl Into<String>) -> Self {
        Self { value: value.into(), written: true }
    }

    /// Whether the author wrote it.
    pub(crate) fn is_written(&self) -> bool {
        self.written
    }

    /// Another text of the same hand.
    pub(crate) fn with(&self, value: impl Into<String>) -> Self {
        Self { value: value.into(), written: self.written }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.value
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        Self { value: value.to_owned(), written: false }
    }
}

impl From<String> for Text {
    fn from(value: String) -> Self {
        Self { value, written: false }
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl Map {
    /// An empty map that is walked in the order of Python 2.
    pub(crate) fn hashed() -> Self {
        Self { entries: Vec::new(), order: Some(Order::default()) }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|(name, _)| **name == *key)
    }

    /// Whether there is such a key, whatever its value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The value of a key. A null is as good as none.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|(name, _)| **name == *key).map(|(_, value)| value).filter(|value| !value.is_null())
    }

    /// The value of a key, or null.
    pub(crate) fn node(&self, key: &str) -> Node {
        self.get(key).cloned().unwrap_or(Node::Null)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|(name, _)| **name == *key)
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    /// The map under a key.
    pub(crate) fn map(&self, key: &str) -> Option<&Map> {
        self.get(key).and_then(Node::as_map)
    }

    pub(crate) fn map_mut(&mut self, key: &str) -> Option<&mut Map> {
        self.get_mut(key).and_then(Node::as_map_mut)
    }

    /// The text under a key.
    pub(crate) fn text(&self, key: &str) -> Option<&Text> {
        self.get(key).and_then(Node::as_text)
    }

    /// Whether the value of a key is anything but null, false, zero or empty.
    pub(crate) fn truthy(&self, key: &str) -> bool {
        self.get(key).is_some_and(Node::truthy)
    }

    /// The value of a key where it says something (see [`Map::truthy`]).
    pub(crate) fn some(&self, key: &str) -> Option<&Node> {
        self.get(key).filter(|value| value.truthy())
    }

    /// Sets a key. One that is there keeps its place and its hand.
    pub(crate) fn set(&mut self, key: impl Into<Text>, value: impl Into<Node>) {
        let key = key.into();
        if let Some(order) = &mut self.order {
            order.add(&key);
        }
        match self.position(&key) {
            Some(at) => self.entries[at].1 = value.into(),
            None => self.entries.push((key, value.into())),
        }
    }

    /// Sets a key unless the value is null.
    pub(crate) fn set_some(&mut self, key: impl Into<Text>, value: impl Into<Node>) {
        let value = value.into();
        if !value.is_null() {
            self.set(key, value);
        }
    }

    /// The value of a key, which is set where there is none.
    pub(crate) fn entry(&mut self, key: &Text, default: impl FnOnce() -> Node) -> &mut Node {
        if !self.has(key) {
            self.set(key, default());
        }
        let at = self.position(key).expect("the key was set");
        &mut self.entries[at].1
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Node> {
        if let Some(order) = &mut self.order {
            order.remove(key);
        }
        self.position(key).map(|at| self.entries.remove(at).1)
    }

    /// Sets all keys of another.
    pub(crate) fn update(&mut self, other: Map) {
        if let Some(order) = &mut self.order {
            order.make_room(&other.keys());
        }
        for key in other.keys() {
            let value = other.node(&key);
            self.set(key, value);
        }
    }

    /// The keys in the map's order.
    pub(crate) fn keys(&self) -> Vec<Text> {
        match &self.order {
            Some(order) => order.keys(),
            None => self.entries.iter().map(|(key, _)| key.clone()).collect(),
        }
    }

    /// Keys and values in the map's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Text, &Node)> {
        self.keys().into_iter().filter_map(|key| {
            let at = self.position(&key)?;
            Some((key, &self.entries[at].1))
        })
    }

    /// Keys and values in the map's order, to be changed.
    pub(crate) fn iter_mut(&mut self) -> Vec<(Text, &mut Node)> {
        let keys = self.keys();
        let mut entries: Vec<(Text, &mut Node)> =
            self.entries.iter_mut().map(|(key, value)| (key.clone(), value)).collect();
        entries.sort_by_key(|(key, _)| keys.iter().position(|name| name == key));
        entries
    }

    /// All values, in no order that says anything.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// What Python's `dict.copy` makes: in the order of Python 2 its table is built anew.
    pub(crate) fn copied(&self) -> Map {
        Map { entries: self.entries.clone(), order: self.order.as_ref().map(Order::copied) }
    }

    /// What Python's `copy.deepcopy` makes: in the order of Python 2 all tables are built anew.
    pub(crate) fn deep_copied(&self) -> Map {
        let entries = self.entries.iter().map(|(key, value)| (key.clone(), value.deep_copied())).collect();
        Map { entries, order: self.order.as_ref().map(Order::rebuilt) }
    }

    /// Whether it is walked in the order of Python 2.
    pub(crate) fn is_hashed(&self) -> bool {
        self.order.is_some()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .entries
                .iter()
                .all(|(key, value)| other.entries.iter().any(|(name, found)| name == key && found == value))
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(left), Node::Bool(right)) => left == right,
            (Node::Number(left), Node::Number(right)) => left == right,
            (Node::Text(left), Node::Text(right)) => left == right,
            (Node::List(left), Node::List(right)) => left == right,
            (Node::Map(left), Node::Map(right)) => left == right,
            _ => false,
        }
    }
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    /// Whether Python takes it for true.
    pub(crate) fn truthy(&self) -> bool {
        match self {
            Node::Null => false,
            Node::Bool(value) => *value,
            Node::Number(value) => value.as_f64() != Some(0.0),
            Node::Text(text) => !text.is_empty(),
            Node::List(items) => !items.is_empty(),
            Node::Map(map) => !map.is_empty(),
        }
    }

    pub(crate) fn as_text(&self) -> Option<&Text> {
        if let Node::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.as_text().map(|text| &**text)
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        if let Node::List(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        if let Node::Map(map) = self { Some(map) } else { None }
    }

    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Node::Map(map) = self { Some(map) } else { None }
    }

    /// The value of a key, of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map().and_then(|map| map.get(key))
    }

    /// Whether it is this text.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }

    pub(crate) fn is_bool(&self, value: bool) -> bool {
        matches!(self, Node::Bool(found) if *found == value)
    }

    /// See [`Map::deep_copied`].
    pub(crate) fn deep_copied(&self) -> Node {
        match self {
            Node::List(items) => Node::List(items.iter().map(Node::deep_copied).collect()),
            Node::Map(map) => Node::Map(map.deep_copied()),
            _ => self.clone(),
        }
    }

    /// The same as written by the author: maps in the order of Python 2, texts marked.
    pub(crate) fn as_written(&self) -> Node {
        match self {
            Node::Text(text) => Node::Text(Text::written(&**text)),
            Node::List(items) => Node::List(items.iter().map(Node::as_written).collect()),
            Node::Map(map) => {
                let mut written = Map::hashed();
                for (key, value) in map.iter() {
                    written.set(Text::written(&*key), value.as_written());
                }
                Node::Map(written)
            }
            _ => self.clone(),
        }
    }

    /// What Python calls its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Node::Null => "NoneType",
            Node::Bool(_) => "bool",
            Node::Number(number) if number.is_f64() => "float",
            Node::Number(_) => "int",
            Node::Text(text) if text.is_written() => "Py27UniStr",
            Node::Text(_) => "str",
            Node::List(_) => "list",
            Node::Map(map) if map.is_hashed() => "Py27Dict",
            Node::Map(_) => "dict",
        }
    }

    /// As plain JSON.
    pub(crate) fn into_json(self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Number(value) => Value::Number(value),
            Node::Text(text) => Value::String(text.value),
            Node::List(items) => Value::Array(items.into_iter().map(Node::into_json).collect()),
            Node::Map(map) => {
                let keys = map.keys();
                let mut entries: serde_json::Map<String, Value> = serde_json::Map::new();
                for key in keys {
                    let value = map.node(&key).into_json();
                    entries.insert(key.value, value);
                }
                Value::Object(entries)
            }
        }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(value),
            Value::Number(value) => Node::Number(value),
            Value::String(value) => Node::Text(value.into()),
            Value::Array(items) => Node::List(items.into_iter().map(Node::from).collect()),
            Value::Object(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
                Node::Map(Map { entries, order: None })
            }
        }
    }
}

impl From<&str> for Node {
    fn from(value: &str) -> Self {
        Node::Text(value.into())
    }
}

impl From<String> for Node {
    fn from(value: String) -> Self {
        Node::Text(value.into())
    }
}

impl From<Text> for Node {
    fn from(value: Text) -> Self {
        Node::Text(value)
    }
}

impl From<&Text> for Node {
    fn from(value: &Text) -> Self {
        Node::Text(value.clone())
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Node::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Node::Number(value.into())
    }
}

impl From<Map> for Node {
    fn from(value: Map) -> Self {
        Node::Map(value)
    }
}

impl From<Vec<Node>> for Node {
    fn from(value: Vec<Node>) -> Self {
        Node::List(value)
    }
}

impl From<&Node> for Node {
    fn from(value: &Node) -> Self {
        value.clone()
    }
}

impl From<Option<&Node>> for Node {
    fn from(value: Option<&Node>) -> Self {
        value.cloned().unwrap_or(Node::Null)
    }
}

impl From<Option<Node>> for Node {
    fn from(value: Option<Node>) -> Self {
        value.unwrap_or(Node::Null)
    }
}
