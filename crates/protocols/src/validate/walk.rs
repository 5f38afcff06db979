//! The walk over an input. Where it is, is a chain of steps on the stack; a path is made only for a failure.

use smithy::{
    Bytes, Document, Inside, Issue, Kind, MAX_DEPTH, Member, Path, PathPart, Schema, Shape, Timestamp, Violation,
    WriteValue, Writer,
};

use super::rules::{self, Scalar};
use super::{MOST, show};

/// The failures of a whole input.
pub(super) fn failures(input: &dyn Shape) -> Vec<Issue> {
    let mut found = Vec::new();
    input.write_members(&mut Walker { found: &mut found, outer: None, part: Part::Member, depth: 0, present: 0 });
    found
}

/// What the next value is to the structure, list or map around it.
#[derive(Clone, Copy)]
enum Part<'a> {
    Member,
    Index(usize),
    Key(&'a str),
}

/// One step of the way here.
struct Step<'a> {
    part: Part<'a>,
    member: &'static Member,
    outer: Option<&'a Self>,
}

impl Step<'_> {
    fn path(&self) -> Path {
        let mut parts: Vec<_> = std::iter::successors(Some(self), |step| step.outer).map(Step::last).collect();
        parts.reverse();
        Path(parts)
    }

    fn last(&self) -> PathPart {
        match self.part {
            Part::Member => PathPart::Member(self.member.name),
            Part::Index(index) => PathPart::Index(index),
            Part::Key(key) => PathPart::Key(key.to_owned()),
        }
    }
}

struct Walker<'a> {
    found: &'a mut Vec<Issue>,
    outer: Option<&'a Step<'a>>,
    part: Part<'a>,
    depth: usize,
    /// Members written so far on this level: a union has exactly one.
    present: usize,
}

impl Walker<'_> {
    fn step(&self, member: &'static Member) -> Step<'_> {
        Step { part: self.part, member, outer: self.outer }
    }

    fn scalar(&mut self, member: &'static Member, value: Scalar<'_>, shown: impl FnOnce() -> String) {
        self.present += 1;
        if !is_token_to_come(member, value) {
            self.fail(member, rules::broken(member.target, value), shown);
        }
    }

    /// Notes failures of the value at hand.
    fn fail(&mut self, member: &'static Member, violations: Vec<Violation>, shown: impl FnOnce() -> String) {
        if violations.is_empty() || self.found.len() >= MOST {
            return;
        }
        let path = self.step(member).path();
        let value = (!member.target.sensitive).then(shown);
        let issue = |violation| Issue { path: path.clone(), violation, value: value.clone() };
        self.found.extend(violations.into_iter().map(issue));
    }

    /// Walks into a part of a value.
    fn inside(&mut self, member: &'static Member, part: Part<'_>, walk: impl FnOnce(&mut Walker<'_>)) -> usize {
        if self.depth >= MAX_DEPTH {
            return 1;
        }
        let step = Step { part: self.part, member, outer: self.outer };
        let found = &mut *self.found;
        let mut inner = Walker { found, outer: Some(&step), part, depth: self.depth + 1, present: 0 };
        walk(&mut inner);
        inner.present
    }
}

/// An absent idempotency token is not a failure: the server makes one up.
fn is_token_to_come(member: &Member, value: Scalar<'_>) -> bool {
    member.idempotency_token && matches!(value, Scalar::Text(""))
}

/// Whether values of this shape have failures of their own paths, or none at all.
fn is_scalar(schema: &Schema) -> bool {
    !matches!(schema.kind, Kind::List | Kind::Map | Kind::Structure | Kind::Union)
}

/// Whether the scalar breaks any rule.
struct Broken(bool);

impl Broken {
    fn check(&mut self, member: &'static Member, value: Scalar<'_>) {
        self.0 |= !rules::broken(member.target, value).is_empty();
    }

    fn of(member: &'static Member, value: &dyn WriteValue) -> bool {
        let mut broken = Self(false);
        value.write(member, &mut broken);
        broken.0
    }
}

impl Writer for Broken {
    fn boolean(&mut self, _: &'static Member, _: bool) {}
    fn integer(&mut self, member: &'static Member, value: i32) {
        self.check(member, Scalar::Number(value.into()));
    }
    fn long(&mut self, member: &'static Member, value: i64) {
        self.check(member, Scalar::Number(value as f64));
    }
    fn double(&mut self, member: &'static Member, value: f64) {
        self.check(member, Scalar::Number(value));
    }
    fn string(&mut self, member: &'static Member, value: &str) {
        self.check(member, Scalar::Text(value));
    }
    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.check(member, Scalar::Bytes(value.len()));
    }
    fn timestamp(&mut self, _: &'static Member, _: Timestamp) {}
    fn document(&mut self, _: &'static Member, _: &Document) {}
    fn structure(&mut self, _: &'static Member, _: &dyn Shape) {}
    fn list(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = &dyn WriteValue>) {}
    fn map(&mut self, _: &'static Member, _: usize, _: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {}
}

impl Writer for Walker<'_> {
    fn boolean(&mut self, _: &'static Member, _: bool) {
        self.present += 1;
    }

    fn integer(&mut self, member: &'static Member, value: i32) {
        self.scalar(member, Scalar::Number(value.into()), || value.to_string());
    }

    fn long(&mut self, member: &'static Member, value: i64) {
        self.scalar(member, Scalar::Number(value as f64), || value.to_string());
    }

    fn double(&mut self, member: &'static Member, value: f64) {
        self.scalar(member, Scalar::Number(value), || format!("{value:?}"));
    }

    fn string(&mut self, member: &'static Member, value: &str) {
        self.scalar(member, Scalar::Text(value), || value.to_owned());
    }

    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.scalar(member, Scalar::Bytes(value.len()), || show::bytes(value.len()));
    }

    fn timestamp(&mut self, _: &'static Member, _: Timestamp) {
        self.present += 1;
    }

    fn document(&mut self, _: &'static Member, _: &Document) {
        self.present += 1;
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        self.present += 1;
        let present = self.inside(member, Part::Member, |inner| shape.write_members(inner));
        if shape.schema().kind == Kind::Union && present != 1 {
            self.fail(member, vec![Violation::Union], || show::shape(shape));
        }
    }

    fn list(&mut self, member: &'static Member, length: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        self.present += 1;
        let element = &member.target.members[0];
        let mut violations = rules::broken_length(member.target, length);
        if violations.is_empty() && is_scalar(element.target) && !rules::any(element.target) {
            return;
        }
        let elements: Vec<_> = elements.collect();
        if is_scalar(element.target) && elements.iter().any(|value| Broken::of(element, *value)) {
            violations.push(Violation::Inside(Inside::Elements, rules::all(element.target)));
        }
        self.fail(member, violations, || show::list(element, &elements));
        if !is_scalar(element.target) {
            for (index, value) in elements.iter().enumerate() {
                self.inside(member, Part::Index(index), |inner| value.write(element, inner));
            }
        }
    }

    fn map(
        &mut self,
        member: &'static Member,
        length: usize,
        entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
    ) {
        self.present += 1;
        let [keys, values] = member.target.members else { return };
        let entries: Vec<_> = entries.collect();
        let mut violations = rules::broken_length(member.target, length);
        if entries.iter().any(|(key, _)| !rules::broken(keys.target, Scalar::Text(key)).is_empty()) {
            violations.push(Violation::Inside(Inside::Keys, rules::all(keys.target)));
        }
        if is_scalar(values.target) && entries.iter().any(|(_, value)| Broken::of(values, *value)) {
            violations.push(Violation::Inside(Inside::Values, rules::all(values.target)));
        }
        self.fail(member, violations, || show::map(member, &entries));
        if !is_scalar(values.target) {
            for (key, value) in &entries {
                self.inside(member, Part::Key(key), |inner| value.write(values, inner));
            }
        }
    }
}
