//! Doors for the fuzzer: everything that reads what callers or the store wrote, fed with anything. Each panics when what is
//! promised of it does not hold.

use std::collections::BTreeMap;

use crate::engine::expression::Compiler;
use crate::engine::number::Number;
use crate::engine::partiql::{self, Verb, plan};
use crate::engine::schema::{Index, KeyAttribute, More};
use crate::engine::value::{Item, Value, decode_item, encode_item, item_size};
use crate::store::{KeyKind, Projection};

/// A text as an expression of every kind, of an item with a value of every type: read, applied, and the same twice.
pub fn expression(text: &str) {
    let compiler = || Compiler::new(Some(names()), Some(values()));
    let item = item();
    let once = |text: &str| {
        let condition = compiler().condition("FilterExpression", text).map(|condition| condition.holds(&item));
        let projection = compiler().projection(text).map(|paths| paths.cut(&item));
        let key = compiler().key_condition(text);
        let update = compiler().update(text).and_then(|update| {
            let mut changed = item.clone();
            update.apply(&mut changed).map(|()| changed)
        });
        (condition, projection, key, update)
    };
    let (condition, projection, key, update) = once(text);
    if let Ok(cut) = &projection {
        assert!(item_size(cut) <= item_size(&item), "a projection adds nothing: {text}");
    }
    assert_eq!((condition, projection, key, update), once(text), "read twice: {text}");
}

/// A text as a statement: read, planned, applied.
pub fn statement(text: &str) {
    let parameters = vec![Value::S("a".to_owned()); text.matches('?').count()];
    let Ok(statement) = partiql::read(text, &parameters) else { return };
    let index = index();
    match statement.verb {
        Verb::Select(select) | Verb::Exists(select) => {
            let _ = (select.plan(&index), select.single(&index), select.only_key(&index));
            let _ = select.filter.as_ref().map(|filter| filter.holds(&item()));
            let cut = select.columns.cut(item());
            assert!(cut.len() <= item().len().max(text.len()), "{text}");
        }
        Verb::Insert(item) => stored(&item),
        Verb::Update { update, filter, .. } => {
            let _ = plan::target(filter.as_ref(), &index);
            let _ = update.apply(&mut item());
        }
        Verb::Delete { filter, .. } => {
            let _ = plan::target(filter.as_ref(), &index);
        }
    }
}

/// Two texts as numbers: each is told as a number that is read as the same, and bytes of keys sort as numbers do.
pub fn numbers(a: &str, b: &str) {
    let (Ok(a), Ok(b)) = (a.parse::<Number>(), b.parse::<Number>()) else { return };
    let key = |number: Number| {
        let mut out = Vec::new();
        number.encode_key(&mut out);
        assert_eq!(Number::decode_key(&mut &out[..]), Some(number), "{number} as a key");
        assert_eq!(number.to_string().parse(), Ok(number), "{number} as a text");
        out
    };
    assert_eq!(key(a).cmp(&key(b)), a.cmp(&b), "{a} and {b} in order");
    if let Ok(sum) = a.plus(b) {
        assert_eq!(sum.minus(b).ok().filter(|back| *back != a), None, "{a} + {b} - {b}");
    }
}

/// Bytes as a stored item: what is read is written so that it is read again.
pub fn stored_item(bytes: &[u8]) {
    if let Some(item) = decode_item(bytes) {
        stored(&item);
    }
}

fn stored(item: &Item) {
    let mut out = Vec::new();
    encode_item(item, &mut out);
    assert_eq!(decode_item(&out).as_ref(), Some(item), "an item as it is stored");
}

fn names() -> BTreeMap<String, String> {
    [("#a", "a"), ("#m", "m"), ("#s", "status")].map(|(name, of)| (name.to_owned(), of.to_owned())).into()
}

fn values() -> Item {
    item().into_iter().map(|(name, value)| (format!(":{name}"), value)).collect()
}

/// An item with a value of every type.
fn item() -> Item {
    let number = |number| Value::N(Number::whole(number));
    let texts = || ["a", "b"].map(str::to_owned).into();
    let nested = Item::from([("x".to_owned(), number(1)), ("l".to_owned(), Value::L(vec![number(1), Value::Null]))]);
    [
        ("pk", Value::S("a".to_owned())),
        ("a", Value::S("text".to_owned())),
        ("n", number(5)),
        ("b", Value::B("bytes".into())),
        ("ss", Value::Ss(texts())),
        ("ns", Value::Ns([Number::whole(1), Number::whole(2)].into())),
        ("bs", Value::Bs(["x".into()].into())),
        ("m", Value::M(nested)),
        ("l", Value::L(vec![number(1), Value::S("a".to_owned()), number(3)])),
        ("nothing", Value::Null),
        ("yes", Value::Bool(true)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn index() -> Index {
    let key = |name: &str, kind| KeyAttribute { name: name.to_owned(), kind };
    Index {
        no: 0,
        name: None,
        hash: key("pk", KeyKind::S),
        range: Some(key("n", KeyKind::N)),
        more: More::default(),
        projection: Projection::All,
        global: false,
        filling: false,
        prefix: bytes::Bytes::new(),
    }
}
