//! Random conditions, projections and updates, written as texts and read again, against evaluation as simple as can be.

use proptest::prelude::*;

use super::*;
use crate::engine::number::Number;
use crate::engine::value::Value;

/// A condition on attributes `a` to `d`, some of which are not there.
#[derive(Debug, Clone)]
enum Model {
    Compare(&'static str, Side, Side),
    Between(Side, Side, Side),
    In(Side, Vec<Side>),
    Exists(usize, bool),
    BeginsWith(usize, Value),
    Contains(usize, Value),
    Not(Box<Model>),
    All(Vec<Model>),
    Any(Vec<Model>),
}

#[derive(Debug, Clone)]
enum Side {
    Attribute(usize),
    Value(Value),
    Size(usize),
}

const NAMES: [&str; 4] = ["a", "b", "c.x", "d[1]"];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3_i64..3).prop_map(|number| Value::N(Number::whole(number))),
        "[ab]{0,2}".prop_map(Value::S),
        proptest::collection::vec(0_u8..2, 0..2).prop_map(|bytes| Value::B(bytes.into())),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => scalar(),
        1 => proptest::collection::btree_set("[ab]{1,2}", 1..3).prop_map(Value::Ss),
        1 => proptest::collection::vec(scalar(), 0..3).prop_map(Value::L),
    ]
}

/// One or two attributes of an item are not there.
fn attributes() -> impl Strategy<Value = [Option<Value>; 4]> {
    let one = || proptest::option::weighted(0.8, value());
    [one(), one(), one(), one()]
}

fn item([a, b, c, d]: &[Option<Value>; 4]) -> Item {
    let inner = c.iter().map(|value| ("x".to_owned(), value.clone())).collect();
    let list = [Some(Value::Null), d.clone()].into_iter().flatten().collect();
    [("a", a.clone()), ("b", b.clone()), ("c", Some(Value::M(inner))), ("d", Some(Value::L(list)))]
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
        .collect()
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![
        2 => (0_usize..4).prop_map(Side::Attribute),
        2 => scalar().prop_map(Side::Value),
        1 => (0_usize..4).prop_map(Side::Size),
    ]
}

fn model() -> impl Strategy<Value = Model> {
    let mark = prop_oneof![Just("="), Just("<>"), Just("<"), Just("<="), Just(">"), Just(">=")];
    let leaf = prop_oneof![
        4 => (mark, side(), side()).prop_map(|(mark, a, b)| Model::Compare(mark, a, b)),
        1 => (side(), -3_i64..0, 0_i64..3).prop_map(|(a, low, high)| {
            let side = |number| Side::Value(Value::N(Number::whole(number)));
            Model::Between(a, side(low), side(high))
        }),
        1 => (side(), proptest::collection::vec(side(), 1..4)).prop_map(|(a, among)| Model::In(a, among)),
        1 => (0_usize..4, any::<bool>()).prop_map(|(at, there)| Model::Exists(at, there)),
        1 => (0_usize..4, "[ab]{0,2}").prop_map(|(at, text)| Model::BeginsWith(at, Value::S(text))),
        1 => (0_usize..4, scalar()).prop_map(|(at, part)| Model::Contains(at, part)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Model::Not(inner.into())),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Model::All),
            proptest::collection::vec(inner, 2..4).prop_map(Model::Any),
        ]
    })
}

/// Writes conditions, and gathers their values.
#[derive(Default)]
struct Writer(Item);

impl Writer {
    fn value(&mut self, value: &Value) -> String {
        let name = format!(":v{}", self.0.len());
        self.0.insert(name.clone(), value.clone());
        name
    }

    fn side(&mut self, side: &Side) -> String {
        match side {
            Side::Attribute(at) => NAMES[*at].to_owned(),
            Side::Value(value) => self.value(value),
            Side::Size(at) => format!("size ({})", NAMES[*at]),
        }
    }

    fn write(&mut self, model: &Model) -> String {
        match model {
            Model::Compare(mark, a, b) => format!("{} {mark}({})", self.side(a), self.side(b)),
            Model::Between(a, b, c) => format!("{} BETWEEN {} and {}", self.side(a), self.side(b), self.side(c)),
            Model::In(a, among) => {
                let among: Vec<_> = among.iter().map(|side| self.side(side)).collect();
                format!("{} in ({})", self.side(a), among.join(","))
            }
            Model::Exists(at, true) => format!("attribute_exists({})", NAMES[*at]),
            Model::Exists(at, false) => format!("attribute_not_exists({})", NAMES[*at]),
            Model::BeginsWith(at, value) => format!("begins_with({}, {})", NAMES[*at], self.value(value)),
            Model::Contains(at, value) => format!("contains({}, {})", NAMES[*at], self.value(value)),
            // The one thing that parentheses are needed for.
            Model::Not(inner) => format!("NOT {}", self.part(inner)),
            Model::All(parts) => parts.iter().map(|part| self.part(part)).collect::<Vec<_>>().join(" AND "),
            Model::Any(parts) => parts
                .iter()
                .map(|part| if matches!(part, Model::All(_)) { self.write(part) } else { self.part(part) })
                .collect::<Vec<_>>()
                .join(" OR "),
        }
    }

    fn part(&mut self, model: &Model) -> String {
        match model {
            Model::All(_) | Model::Any(_) => format!("({})", self.write(model)),
            model => self.write(model),
        }
    }
}

fn holds(model: &Model, attributes: &[Option<Value>; 4]) -> bool {
    let see = |side: &Side| match side {
        Side::Attribute(at) => attributes[*at].clone(),
        Side::Value(value) => Some(value.clone()),
        Side::Size(at) => {
            let size = match attributes[*at].as_ref()? {
                Value::S(text) => text.len(),
                Value::B(bytes) => bytes.len(),
                Value::Ss(set) => set.len(),
                Value::L(list) => list.len(),
                _ => return None,
            };
            i64::try_from(size).ok().map(|size| Value::N(Number::whole(size)))
        }
    };
    let compare = |mark: &str, a: Option<Value>, b: Option<Value>| {
        let (Some(a), Some(b)) = (a, b) else { return mark == "<>" };
        match (mark, a.order(&b)) {
            ("=", _) => a == b,
            ("<>", _) => a != b,
            (_, None) => false,
            ("<", Some(order)) => order.is_lt(),
            ("<=", Some(order)) => order.is_le(),
            (">", Some(order)) => order.is_gt(),
            (_, Some(order)) => order.is_ge(),
        }
    };
    match model {
        Model::Compare(mark, a, b) => compare(mark, see(a), see(b)),
        Model::Between(a, low, high) => compare(">=", see(a), see(low)) && compare("<=", see(a), see(high)),
        Model::In(a, among) => among.iter().any(|one| compare("=", see(a), see(one))),
        Model::Exists(at, there) => attributes[*at].is_some() == *there,
        Model::BeginsWith(at, Value::S(beginning)) => {
            matches!(&attributes[*at], Some(Value::S(text)) if text.starts_with(beginning.as_str()))
        }
        Model::BeginsWith(..) => false,
        Model::Contains(at, part) => match (&attributes[*at], part) {
            (Some(Value::S(text)), Value::S(part)) => text.contains(part.as_str()),
            (Some(Value::B(bytes)), Value::B(part)) => (0..=bytes.len()).any(|at| bytes[at..].starts_with(part)),
            (Some(Value::Ss(set)), Value::S(part)) => set.contains(part),
            (Some(Value::L(list)), part) => list.contains(part),
            _ => false,
        },
        Model::Not(inner) => !holds(inner, attributes),
        Model::All(parts) => parts.iter().all(|part| holds(part, attributes)),
        Model::Any(parts) => parts.iter().any(|part| holds(part, attributes)),
    }
}

proptest! {
    #[test]
    fn conditions_mean_what_they_say(model in model(), attributes in attributes()) {
        let mut writer = Writer::default();
        let text = writer.write(&model);
        match Compiler::new(None, Some(writer.0)).condition("FilterExpression", &text) {
            Ok(condition) => prop_assert_eq!(condition.holds(&item(&attributes)), holds(&model, &attributes), "{}", text),
            // Equal operands, sizes of nothing and the like; never a matter of syntax.
            Err(error) => prop_assert!(!error.contains("Syntax") && !error.contains("parentheses"), "{} {}", text, error),
        }
    }

    #[test]
    fn projections_keep_what_lies_at_their_paths(attributes in attributes(), kept in proptest::sample::subsequence(&NAMES[..], 1..=4)) {
        let (item, text) = (item(&attributes), kept.join(" , "));
        let cut = Compiler::new(None, None).projection(&text).map(|paths| paths.cut(&item));
        let wanted = std::array::from_fn::<_, 4, _>(|at| attributes[at].clone().filter(|_| kept.contains(&NAMES[at])));
        let [a, b, c, d] = wanted;
        let c = c.map(|value| Value::M([("x".to_owned(), value)].into()));
        let d = d.map(|value| Value::L(vec![value]));
        let wanted: Item = [("a", a), ("b", b), ("c", c), ("d", d)]
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
            .collect();
        prop_assert_eq!(cut, Ok(wanted));
    }

    /// Elements keep their old numbers while an update is applied; those set beyond the end follow one another.
    #[test]
    fn updates_of_lists_go_by_old_places(
        length in 0_usize..5,
        actions in proptest::collection::btree_map(0_usize..8, proptest::option::of(0_i64..100), 1..5),
    ) {
        let number = |number: i64| Value::N(Number::whole(number));
        let old: Vec<Value> = (0..length).map(|at| number(-1 - i64::try_from(at).unwrap())).collect();
        let wanted: Vec<Value> = (0..8)
            .filter_map(|at| match (actions.get(&at), old.get(at)) {
                (Some(Some(new)), _) => Some(number(*new)),
                (Some(None), _) => None,
                (None, kept) => kept.cloned(),
            })
            .collect();
        let values = actions.iter().filter_map(|(at, new)| new.map(|new| (format!(":v{at}"), number(new)))).collect::<Item>();
        let list = |set: bool| -> Vec<String> {
            let of = |at: &usize| if set { format!("l[{at}] = :v{at}") } else { format!("l[{at}]") };
            // Backwards, for their order in the text means nothing.
            actions.iter().rev().filter(|(_, new)| new.is_some() == set).map(|(at, _)| of(at)).collect()
        };
        let clause = |word: &str, all: Vec<String>| if all.is_empty() { String::new() } else { format!("{word} {} ", all.join(", ")) };
        let text = clause("REMOVE", list(false)) + &clause("SET", list(true));
        let mut item = Item::from([("l".to_owned(), Value::L(old))]);
        let values = Some(values).filter(|values| !values.is_empty());
        let update = Compiler::new(None, values).update(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(update.apply(&mut item), Ok(()), "{}", text);
        prop_assert_eq!(item.get("l"), Some(&Value::L(wanted)), "{}", text);
    }
}
