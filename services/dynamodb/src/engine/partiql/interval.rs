//! Sort keys from one to another, to tell whether two reads of a partition meet.

use crate::engine::key::Span;
use crate::engine::value::Value;

/// An edge: the bytes of a key, and whether that key belongs to it; none for no edge.
type Edge = Option<(Vec<u8>, bool)>;

/// The sort keys of a span, as bytes in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    low: Edge,
    high: Edge,
}

impl Interval {
    pub(super) fn of(span: &Span) -> Self {
        let at = |value: &Value, within| Some((bytes(value), within));
        let (low, high) = match span {
            Span::All => (None, None),
            Span::Equal(value) => (at(value, true), at(value, true)),
            Span::Less(value) => (None, at(value, false)),
            Span::LessOrEqual(value) => (None, at(value, true)),
            Span::Greater(value) => (at(value, false), None),
            Span::GreaterOrEqual(value) => (at(value, true), None),
            Span::Between(low, high) => (at(low, true), at(high, true)),
            Span::BeginsWith(value) => (at(value, true), after(bytes(value)).map(|edge| (edge, false))),
        };
        Self { low, high }
    }

    /// Whether some key may lie in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        below(&self.low, &other.high) && below(&other.low, &self.high)
    }

    /// Where it begins.
    pub(super) fn start(&self) -> &[u8] {
        self.low.as_ref().map_or(&[], |(edge, _)| edge)
    }
}

/// Whether something can lie above one edge and below the other.
fn below(low: &Edge, high: &Edge) -> bool {
    match (low, high) {
        (Some((low, with_low)), Some((high, with_high))) => low < high || low == high && *with_low && *with_high,
        _ => true,
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::S(text) => text.as_bytes().to_vec(),
        Value::B(bytes) => bytes.to_vec(),
        Value::N(number) => {
            let mut out = Vec::new();
            number.encode_key(&mut out);
            out
        }
        _ => Vec::new(),
    }
}

/// The first bytes after all that begin so.
fn after(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return Some(bytes);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_meet_where_they_share_a_key() {
        let s = |text: &str| Value::S(text.to_owned());
        let n = |number| Value::N(crate::engine::number::Number::whole(number));
        let cases = [
            (Span::All, Span::Equal(s("a")), true),
            (Span::Equal(s("a")), Span::Equal(s("b")), false),
            (Span::Less(s("a")), Span::GreaterOrEqual(s("a")), false),
            (Span::LessOrEqual(s("a")), Span::GreaterOrEqual(s("a")), true),
            (Span::Greater(n(-1)), Span::Less(n(0)), true),
            (Span::Between(n(1), n(5)), Span::Between(n(6), n(10)), false),
            (Span::BeginsWith(s("ab")), Span::Equal(s("abz")), true),
            (Span::BeginsWith(s("ab")), Span::Equal(s("ac")), false),
            (Span::BeginsWith(s("ab")), Span::BeginsWith(s("a")), true),
        ];
        for (a, b, wanted) in cases {
            let (x, y) = (Interval::of(&a), Interval::of(&b));
            assert_eq!((x.meets(&y), y.meets(&x)), (wanted, wanted), "{a:?} {b:?}");
        }
    }
}
