//! Input templates of rules and pipes, split at their placeholders. What a placeholder may be called, what it stands for and
//! how that is written differ between them and are theirs.

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text that stands for itself.
    Text(&'t str),
    /// A placeholder, `<name>` in the template.
    Value {
        /// Its name.
        name: &'t str,
        /// Whether it stands inside quotes.
        quoted: bool,
    },
}

/// Splits a template. `is_name` tells what is a placeholder's name; other text between `<` and `>` stands for itself.
pub fn pieces(template: &str, is_name: impl Fn(&str) -> bool) -> Vec<Piece<'_>> {
    let (mut pieces, mut from, mut at, mut quoted) = (Vec::new(), 0, 0, false);
    let bytes = template.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => quoted = !quoted,
            b'<' => {
                if let Some(name) = placeholder(&template[at + 1..], &is_name) {
                    pieces.push(Piece::Text(&template[from..at]));
                    pieces.push(Piece::Value { name, quoted });
                    at += name.len() + 1;
                    from = at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    pieces.push(Piece::Text(&template[from..]));
    pieces
}

/// The name before the next `>`, when it is one.
fn placeholder(rest: &str, is_name: impl Fn(&str) -> bool) -> Option<&str> {
    let name = &rest[..rest.find('>')?];
    is_name(name).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(name: &str) -> bool {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric())
    }

    #[test]
    fn placeholders_know_whether_they_are_quoted() {
        let (text, value) = (Piece::Text, |name, quoted| Piece::Value { name, quoted });
        assert_eq!(pieces("a<b>c", letters), [text("a"), value("b", false), text("c")]);
        assert_eq!(
            pieces("\"<b>\"<c>", letters),
            [text("\""), value("b", true), text("\""), value("c", false), text("")]
        );
        assert_eq!(pieces(r#""\"<b>""#, letters), [text(r#""\""#), value("b", true), text("\"")]);
    }

    #[test]
    fn what_is_no_name_stands_for_itself() {
        for template in ["", "<", "<>", "<a b>", "a < b", r"\<b>", "é<é>"] {
            assert_eq!(pieces(template, letters), [Piece::Text(template)]);
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_template_is_lost(template in "[a<>\"\\\\é ]{0,24}") {
            let written = |piece: &Piece<'_>| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Value { name, .. } => format!("<{name}>"),
            };
            prop_assert_eq!(pieces(&template, letters).iter().map(written).collect::<String>(), template);
        }
    }
}
