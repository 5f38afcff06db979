//! One pattern against one event. Values that stand in different elements of one array do not go together: an order with a
//! red shirt and a blue hat is no order with a red hat.

use std::borrow::Cow;

use crate::check::Check;
use crate::compile::{Condition, Pattern};
use crate::event::{Element, Event, Field};

impl Pattern {
    /// Whether an event is one that the pattern describes.
    pub fn matches(&self, event: &Event) -> bool {
        self.alternatives.iter().any(|alternative| {
            let values = |condition: &Condition| event.values(&condition.path);
            fulfilled(alternative, event.is_flat(), &values)
        })
    }
}

/// Whether all conditions hold, on values that go together. `values` finds those of a condition's field.
pub(crate) fn fulfilled<'e>(conditions: &[Condition], flat: bool, values: &impl Fn(&Condition) -> &'e [Field]) -> bool {
    if flat {
        return conditions.iter().all(|condition| holds(&condition.checks, values(condition)));
    }
    // Each condition alone is quickly asked, and most events fail one.
    let possible = |condition: &Condition| {
        condition.checks.contains(&Check::Absent) || holds(&condition.checks, values(condition))
    };
    conditions.iter().all(possible) && together(conditions, &[], values)
}

fn holds(checks: &[Check], values: &[Field]) -> bool {
    if values.is_empty() {
        return checks.contains(&Check::Absent);
    }
    values.iter().any(|field| checks.iter().any(|check| check.holds(&field.value)))
}

/// Tries each value that fulfils the first condition and stands in the elements chosen so far, then the other conditions.
fn together<'e>(conditions: &[Condition], within: &[Element], values: &impl Fn(&Condition) -> &'e [Field]) -> bool {
    let Some((condition, rest)) = conditions.split_first() else { return true };
    let values_here = values(condition);
    if condition.checks.contains(&Check::Absent)
        && !values_here.iter().any(|field| joined(within, &field.within).is_some())
        && together(rest, within, values)
    {
        return true;
    }
    values_here.iter().any(|field| {
        condition.checks.iter().any(|check| check.holds(&field.value))
            && joined(within, &field.within).is_some_and(|within| together(rest, &within, values))
    })
}

/// The elements of both; none when they are different elements of one array.
fn joined<'a>(one: &'a [Element], other: &'a [Element]) -> Option<Cow<'a, [Element]>> {
    if other.iter().all(|element| one.contains(element)) {
        return Some(Cow::Borrowed(one));
    }
    let clash = |element: &Element| one.iter().any(|o| o.array == element.array && o.index != element.index);
    if other.iter().any(clash) {
        return None;
    }
    let new = other.iter().filter(|element| !one.contains(element));
    Some(Cow::Owned(one.iter().chain(new).copied().collect()))
}
