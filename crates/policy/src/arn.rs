//! The patterns of the ARN operators: each of the six parts is compared on its own.

use crate::context::Context;
use crate::pattern::{Key, Part, Pattern, Syntax, glob, starts_with};

/// An ARN with wildcards. Parts left out are anything, as where AWS's messages fill them with `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArnPattern {
    whole: Pattern,
    /// Split ahead when no variable can move the colons.
    split: Option<Segments>,
}

type Segments = [Vec<Part>; 6];

impl ArnPattern {
    pub(crate) fn new(source: &str, variables: bool) -> Self {
        let whole = Pattern::new(source, Syntax { wildcards: true, variables });
        let split = (!whole.has_variables()).then(|| segments(whole.parts()));
        Self { whole, split }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.whole.keys()
    }

    /// Whether the text is an ARN that matches in every part.
    pub(crate) fn matches(&self, text: &str, context: &dyn Context) -> bool {
        match &self.split {
            Some(split) => matches(split, text),
            None => self.whole.substituted(context).is_some_and(|parts| matches(&segments(&parts), text)),
        }
    }
}

fn matches(segments: &Segments, text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    segments.iter().all(|segment| parts.next().is_some_and(|part| glob(segment, &[], part, starts_with)))
}

/// Cuts at the first five colons.
fn segments(parts: &[Part]) -> Segments {
    let mut segments = Segments::default();
    let mut index = 0;
    for part in parts {
        let Part::Text(text) = part else {
            segments[index].push(part.clone());
            continue;
        };
        let pieces = text.splitn(6 - index, ':');
        for (nth, piece) in pieces.enumerate() {
            index += usize::from(nth > 0);
            if !piece.is_empty() {
                segments[index].push(Part::Text(piece.into()));
            }
        }
    }
    for left_out in &mut segments[index + 1..] {
        left_out.push(Part::Star { spans: true });
    }
    segments
}
