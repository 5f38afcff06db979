//! Escaping text for XML 1.0.

use std::fmt::Write as _;

/// Appends text between tags. Line ends that parsers would change, and characters that XML cannot hold as they are,
/// become references; AWS writes `&#x1;` too though XML 1.0 does not allow it.
pub(crate) fn push_text(out: &mut String, text: &str) {
    push(out, text, |c| matches!(c, '&' | '<' | '>' | '\u{85}' | '\u{2028}') || is_unfit(c));
}

/// Appends the value of an attribute, without its quotes.
pub(crate) fn push_attribute(out: &mut String, text: &str) {
    push(out, text, |c| matches!(c, '&' | '<' | '>' | '"' | '\n' | '\t' | '\u{85}' | '\u{2028}') || is_unfit(c));
}

/// What XML 1.0 allows nowhere, and carriage returns, which parsers change.
fn is_unfit(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}') && c != '\n' && c != '\t'
}

fn push(out: &mut String, text: &str, special: impl Fn(char) -> bool) {
    let mut rest = text;
    while let Some(at) = rest.find(&special) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        push_reference(out, chars.next().unwrap_or_default());
        rest = chars.as_str();
    }
    out.push_str(rest);
}

fn push_reference(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        _ => write!(out, "&#x{:X};", u32::from(c)).expect("writing to a String cannot fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::{push_attribute, push_text};

    #[test]
    fn escapes() {
        let (mut text, mut attribute) = (String::new(), String::new());
        push_text(&mut text, "a<b>&\"c\"\r\n\té\u{1}\u{ffff}");
        push_attribute(&mut attribute, "\"x\"\n<");
        assert_eq!(text, "a&lt;b&gt;&amp;\"c\"&#xD;\n\té&#x1;&#xFFFF;");
        assert_eq!(attribute, "&quot;x&quot;&#xA;&lt;");
    }
}
