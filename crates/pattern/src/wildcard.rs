//! Wildcards: `*` stands for any characters or none, `\*` and `\\` for themselves; and how much work a value may cost.

use std::collections::{BTreeSet, HashSet, VecDeque};

/// A rule is refused from this many of its beginnings on that one value can match at a time. AWS does not tell its figure;
/// this is the one its matcher's documentation gives as an example, and recorded answers lie on either side of it.
const TOO_COMPLEX: usize = 10;

/// A compiled wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wildcard {
    /// The literals between the stars: one more than there are stars.
    pieces: Vec<Vec<u8>>,
}

impl Wildcard {
    /// Reads a wildcard. The reasons are AWS's words, which count from the quote before the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let bytes = text.as_bytes();
        let (mut pieces, mut piece, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(&byte) = bytes.get(at) {
            match (byte, bytes.get(at + 1)) {
                (b'*', Some(b'*')) => return Err(format!("Consecutive wildcard characters at pos {}", at + 1)),
                (b'*', _) => pieces.push(std::mem::take(&mut piece)),
                (b'\\', Some(&next @ (b'*' | b'\\'))) => {
                    piece.push(next);
                    at += 1;
                }
                (b'\\', _) => return Err(format!("Invalid escape character at pos {}", at + 1)),
                _ => piece.push(byte),
            }
            at += 1;
        }
        pieces.push(piece);
        Ok(Self { pieces })
    }

    /// Whether a text is one of those it stands for.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let (first, rest) = self.pieces.split_first().expect("there is always a piece");
        let Some((last, between)) = rest.split_last() else { return text == first };
        if text.len() < first.len() + last.len() || !text.starts_with(first) || !text.ends_with(last) {
            return false;
        }
        let mut middle = &text[first.len()..text.len() - last.len()];
        between.iter().all(|piece| match find(middle, piece) {
            Some(at) => {
                middle = &middle[at + piece.len()..];
                true
            }
            None => false,
        })
    }

    /// What every text it stands for begins with.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.pieces[0]
    }

    /// Pattern symbols: a byte, or none for a star.
    fn symbols(&self) -> impl Iterator<Item = Option<u8>> + '_ {
        self.pieces.iter().enumerate().flat_map(|(n, piece)| {
            let star = (n > 0).then_some(None);
            star.into_iter().chain(piece.iter().copied().map(Some))
        })
    }
}

fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    if piece.is_empty() {
        return Some(0);
    }
    text.windows(piece.len()).position(|window| window == piece)
}

/// Whether the wildcards on one field are together too costly.
pub(crate) fn too_complex<'a>(wildcards: impl IntoIterator<Item = &'a Wildcard>) -> bool {
    let patterns: Vec<Vec<_>> = wildcards.into_iter().map(|wildcard| wildcard.symbols().collect()).collect();
    complexity(&patterns, TOO_COMPLEX) >= TOO_COMPLEX
}

/// How many beginnings of patterns one value can match at the same time, counted up to `most`. A pattern's beginning ends
/// behind any of its symbols.
fn complexity(patterns: &[Vec<Option<u8>>], most: usize) -> usize {
    let letters: BTreeSet<u8> = patterns.iter().flatten().filter_map(|symbol| *symbol).collect();
    let start: BTreeSet<(usize, usize)> = (0..patterns.len()).map(|pattern| (pattern, 0)).collect();
    let start = with_empty_stars(patterns, start);
    let (mut seen, mut queue) = (HashSet::from([start.clone()]), VecDeque::from([start]));
    let mut worst = 0;
    while let Some(state) = queue.pop_front() {
        // A letter that stands in no pattern leads to no more than any that does.
        for letter in &letters {
            let next = with_empty_stars(patterns, step(patterns, &state, *letter));
            worst = worst.max(next.iter().filter(|(_, at)| *at > 0).count());
            if worst >= most || seen.len() > MOST_STATES {
                return most;
            }
            if !next.is_empty() && seen.insert(next.clone()) {
                queue.push_back(next);
            }
        }
    }
    worst
}

/// Sets of places looked at before a rule counts as too complex: as many as a rule of bearable complexity never has.
const MOST_STATES: usize = 20_000;

/// Where a value can stand in the patterns after one more letter.
fn step(patterns: &[Vec<Option<u8>>], state: &BTreeSet<(usize, usize)>, letter: u8) -> BTreeSet<(usize, usize)> {
    let mut next = BTreeSet::new();
    for &(pattern, at) in state {
        let symbols = &patterns[pattern];
        if at > 0 && symbols[at - 1].is_none() {
            next.insert((pattern, at));
        }
        if symbols.get(at) == Some(&Some(letter)) {
            next.insert((pattern, at + 1));
        }
    }
    next
}

/// A star may stand for nothing.
fn with_empty_stars(patterns: &[Vec<Option<u8>>], mut state: BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let behind: Vec<_> = state.iter().filter(|&&(p, at)| patterns[p].get(at) == Some(&None)).copied().collect();
    state.extend(behind.into_iter().map(|(pattern, at)| (pattern, at + 1)));
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            Some((byte, rest)) => text.first() == Some(byte) && slow(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn matches_as_its_definition(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assume!(!pattern.contains("**"));
            let compiled = Wildcard::parse(&pattern).unwrap();
            prop_assert_eq!(compiled.matches(&text), slow(pattern.as_bytes(), text.as_bytes()));
        }
    }

    #[test]
    fn escapes() {
        for (pattern, text, expected) in
            [(r"a\*b", "a*b", true), (r"a\*b", "axb", false), (r"\\*", r"\x", true), ("", "", true), ("*", "", true)]
        {
            assert_eq!(Wildcard::parse(pattern).unwrap().matches(text), expected, "{pattern} {text}");
        }
        assert_eq!(Wildcard::parse("a**").unwrap_err(), "Consecutive wildcard characters at pos 2");
        assert_eq!(Wildcard::parse(r"a\x").unwrap_err(), "Invalid escape character at pos 2");
    }

    fn count(patterns: &[&str]) -> usize {
        let compiled: Vec<Vec<_>> = patterns.iter().map(|p| Wildcard::parse(p).unwrap().symbols().collect()).collect();
        complexity(&compiled, usize::MAX)
    }

    /// Figures of the tests of AWS's matcher, for beginnings that one value matches at a time.
    #[test]
    fn complexities() {
        for (patterns, expected) in [
            (&["*ab"][..], 2),
            (&["*aa"], 3),
            (&["a*b"], 2),
            (&["a*bb"], 3),
            (&["a*bcb"], 3),
            (&["a*bbb"], 4),
            (&["*ab*ad"], 4),
            (&["*ab*d"], 3),
            (&["*aba*"], 4),
            (&["a*b*bb"], 5),
            (&["a*b*cd"], 3),
            (&["a*bb*"], 4),
            (&["ab*c", "x*xx"], 3),
        ] {
            assert_eq!(count(patterns), expected, "{patterns:?}");
        }
    }

    #[test]
    fn what_is_too_complex() {
        let parse = |text| Wildcard::parse(text).unwrap();
        assert!(too_complex([&parse("*:*:*:*:*:event-bus/*")]));
        assert!(!too_complex([&parse("arn:aws:events:us-east-1:*:event-bus/*")]));
        assert!(!too_complex([&parse("arn:aws:events:us-east-1:*:event-bus/*"), &parse("*/file.txt")]));
    }
}
