//! Document paths: finding, cutting out, and how they lie to one another.

use std::collections::BTreeMap;

use crate::engine::value::{Item, Value};

/// A step into a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// To an attribute of an item or a map.
    Name(String),
    /// To an element of a list.
    At(usize),
}

/// A way into an item; the first step is a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path(pub Vec<Step>);

impl Path {
    /// To an attribute of the item itself.
    pub(crate) fn top(name: &str) -> Self {
        Self(vec![Step::Name(name.to_owned())])
    }

    /// The attribute of the item that it goes through.
    pub(crate) fn head(&self) -> &str {
        match self.0.first() {
            Some(Step::Name(name)) => name,
            _ => "",
        }
    }

    /// Whether it leads into the value of its attribute.
    pub(crate) fn is_nested(&self) -> bool {
        self.0.len() > 1
    }

    /// What is there.
    pub(crate) fn find<'a>(&self, item: &'a Item) -> Option<&'a Value> {
        let (first, rest) = self.0.split_first()?;
        let Step::Name(name) = first else { return None };
        rest.iter().try_fold(item.get(name)?, |value, step| step_into(value, step))
    }

    /// How AWS writes a path: `[a, b, [0]]`.
    pub(crate) fn shown(&self) -> String {
        let step = |step: &Step| match step {
            Step::Name(name) => name.clone(),
            Step::At(at) => format!("[{at}]"),
        };
        format!("[{}]", self.0.iter().map(step).collect::<Vec<_>>().join(", "))
    }

    /// What is wrong with two paths in one expression, if anything.
    pub(crate) fn clash(&self, other: &Self) -> Option<String> {
        self.meeting(other).map(|how| self.clash_text(how, other))
    }

    /// What is wrong with paths in one expression, if anything; that two overlap before that two conflict.
    pub(crate) fn clash_among(paths: &[&Self]) -> Option<String> {
        let pairs =
            || paths.iter().enumerate().flat_map(|(at, path)| paths[..at].iter().map(move |before| (before, path)));
        ["overlap", "conflict"]
            .into_iter()
            .find_map(|how| pairs().find(|(a, b)| a.meeting(b) == Some(how)).map(|(a, b)| a.clash_text(how, b)))
    }

    /// Whether two paths overlap, or lead into one value by name and by index.
    fn meeting(&self, other: &Self) -> Option<&'static str> {
        for (a, b) in self.0.iter().zip(&other.0) {
            match (a, b) {
                (Step::Name(_), Step::At(_)) | (Step::At(_), Step::Name(_)) => return Some("conflict"),
                (a, b) if a != b => return None,
                _ => {}
            }
        }
        Some("overlap")
    }

    fn clash_text(&self, how: &str, other: &Self) -> String {
        format!(
            "Two document paths {how} with each other; must remove or rewrite one of these paths; path one: {}, path two: {}",
            self.shown(),
            other.shown()
        )
    }
}

fn step_into<'a>(value: &'a Value, step: &Step) -> Option<&'a Value> {
    match (value, step) {
        (Value::M(values), Step::Name(name)) => values.get(name),
        (Value::L(values), Step::At(at)) => values.get(*at),
        _ => None,
    }
}

/// Paths that cut an item down to what lies at them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Paths {
    paths: Vec<Path>,
    tree: Tree,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tree {
    whole: bool,
    steps: BTreeMap<Step, Tree>,
}

impl Paths {
    /// Of these.
    pub(crate) fn of(paths: Vec<Path>) -> Self {
        let mut tree = Tree::default();
        for path in &paths {
            let leaf = path.0.iter().fold(&mut tree, |tree, step| tree.steps.entry(step.clone()).or_default());
            leaf.whole = true;
        }
        Self { paths, tree }
    }

    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter()
    }

    /// What of an item lies at them.
    pub(crate) fn cut(&self, item: &Item) -> Item {
        self.tree.cut_map(item)
    }
}

impl Tree {
    fn cut_map(&self, values: &Item) -> Item {
        let mut kept = Item::new();
        for (step, tree) in &self.steps {
            let Step::Name(name) = step else { continue };
            if let Some(value) = values.get(name).and_then(|value| tree.cut(value)) {
                kept.insert(name.clone(), value);
            }
        }
        kept
    }

    fn cut(&self, value: &Value) -> Option<Value> {
        match value {
            _ if self.whole => Some(value.clone()),
            Value::M(values) => Some(self.cut_map(values)).filter(|kept| !kept.is_empty()).map(Value::M),
            Value::L(values) => {
                let kept = self.steps.iter().filter_map(|(step, tree)| match step {
                    Step::At(at) => tree.cut(values.get(*at)?),
                    Step::Name(_) => None,
                });
                Some(kept.collect::<Vec<_>>()).filter(|kept| !kept.is_empty()).map(Value::L)
            }
            _ => None,
        }
    }
}
