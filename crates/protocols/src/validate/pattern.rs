//! The models' patterns are Java's. They are translated and compiled on first use and kept.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use fancy_regex::{Regex, RegexBuilder};

/// By pattern; none for what cannot be compiled.
type Cache = HashMap<&'static str, Option<Arc<Regex>>>;

static COMPILED: LazyLock<RwLock<Cache>> = LazyLock::new(RwLock::default);

/// Whether the whole of `text` matches. A pattern that cannot be compiled refuses nothing (a test compiles the models'),
/// one that takes too many steps refuses: then the text was made for that.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    compiled(pattern).is_none_or(|regex| regex.is_match(text).unwrap_or(false))
}

fn compiled(pattern: &'static str) -> Option<Arc<Regex>> {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    known.unwrap_or_else(|| {
        let regex = compile(pattern).map(Arc::new);
        COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern, regex.clone());
        regex
    })
}

fn compile(pattern: &str) -> Option<Regex> {
    let whole = format!(r"\A(?:{})\z", translate(pattern));
    // Models have repetitions like {1,131072} of classes: more than the default size allows.
    let mut builder = RegexBuilder::new(&whole);
    builder.delegate_size_limit(256 << 20).build().ok()
}

/// Java's notation in Rust's: `\uXXXX` with surrogate pairs, ASCII meanings of `\d`, `\s`, `\w`, Java's class names.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let (mut rest, mut classes, mut groups) = (pattern, 0usize, Vec::new());
    while let Some(c) = rest.chars().next() {
        if c == '\\' {
            rest = escape(rest, classes > 0, &mut out);
            continue;
        }
        let before = rest;
        rest = &rest[c.len_utf8()..];
        match c {
            '[' => classes += 1,
            ']' => classes = classes.saturating_sub(1),
            '(' if classes == 0 => groups.push(is_look_around(before)),
            // Repeating a look-around says nothing more; Rust's engine refuses it.
            ')' if classes == 0 && groups.pop() == Some(true) => rest = rest.trim_start_matches(['+', '*']),
            // Rust gives doubled signs in classes a meaning that Java does not.
            '-' | '~' if classes > 0 && rest.starts_with(c) => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    out
}

fn is_look_around(group: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| group.starts_with(start))
}

/// Translates the escape at the start of `rest` and gives what follows it.
fn escape<'a>(rest: &'a str, in_class: bool, out: &mut String) -> &'a str {
    let after = &rest[1..];
    let Some(kind) = after.chars().next() else {
        out.push_str("\\\\");
        return after;
    };
    let tail = &after[kind.len_utf8()..];
    let class = |inside: &str| if in_class { inside.to_owned() } else { format!("[{inside}]") };
    let tail = match kind {
        'd' => push(out, &class("0-9"), tail),
        'w' => push(out, &class("a-zA-Z0-9_"), tail),
        's' => push(out, &class(r" \t\n\x0B\f\r"), tail),
        'D' => push(out, "[^0-9]", tail),
        'W' => push(out, "[^a-zA-Z0-9_]", tail),
        'S' => push(out, r"[^ \t\n\x0B\f\r]", tail),
        'p' | 'P' => property(kind, tail, in_class, out),
        'u' => return unicode(tail, out),
        '0' => return octal(tail, out),
        // Java takes an escaped sign as itself; Rust refuses those that never have a meaning.
        _ if kind.is_ascii_alphanumeric() || kind.is_ascii_punctuation() => {
            out.extend(['\\', kind]);
            return tail;
        }
        _ => return push(out, kind.encode_utf8(&mut [0; 4]), tail),
    };
    // After a class of its own a minus cannot begin a range.
    if in_class && tail.starts_with('-') { push(out, "\\-", &tail[1..]) } else { tail }
}

fn push<'a>(out: &mut String, text: &str, tail: &'a str) -> &'a str {
    out.push_str(text);
    tail
}

/// `\0n`, `\0nn` or `\0mnn`: a character by its octal number.
fn octal<'a>(tail: &'a str, out: &mut String) -> &'a str {
    let digits = tail.bytes().take(3).take_while(|b| (b'0'..b'8').contains(b)).count();
    let code = u32::from_str_radix(&tail[..digits], 8).unwrap_or_default();
    push(out, &format!("\\x{{{code:X}}}"), &tail[digits..])
}

/// `\uXXXX`, or two of them that are one character.
fn unicode<'a>(tail: &'a str, out: &mut String) -> &'a str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = unit(tail) else {
        out.push('u');
        return tail;
    };
    let rest = &tail[4..];
    let second = rest.strip_prefix("\\u").and_then(unit).filter(|low| (0xDC00..0xE000).contains(low));
    let (code, rest) = match second.filter(|_| (0xD800..0xDC00).contains(&first)) {
        Some(low) => (0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00), &rest[6..]),
        // Half a character stands for no text; as the end of a range it bounds what is around it.
        None if (0xD800..0xDC00).contains(&first) => (0xE000, rest),
        None if (0xDC00..0xE000).contains(&first) => (0x10FFFF, rest),
        None => (first, rest),
    };
    out.push_str(&format!("\\x{{{code:X}}}"));
    rest
}

/// `\p{Name}`: Java's names for classes of ASCII, and names that are written differently.
fn property<'a>(kind: char, tail: &'a str, in_class: bool, out: &mut String) -> &'a str {
    let Some((name, rest)) = tail.strip_prefix('{').and_then(|t| t.split_once('}')) else {
        out.extend(['\\', kind]);
        return tail;
    };
    let posix = match name {
        "Alnum" => "alnum",
        "Alpha" => "alpha",
        "ASCII" => "ascii",
        "Blank" => "blank",
        "Cntrl" => "cntrl",
        "Digit" => "digit",
        "Graph" => "graph",
        "Lower" => "lower",
        "Print" => "print",
        "Punct" => "punct",
        "Space" => "space",
        "Upper" => "upper",
        "XDigit" => "xdigit",
        _ => {
            let name = match name {
                "IsAlphabetic" => "Alphabetic",
                "IsWhitespace" => "White_Space",
                "all" => "Any",
                // Letters and digits.
                "LD" => return letters_and_digits(kind, in_class, rest, out),
                name => name,
            };
            out.push_str(&format!("\\{kind}{{{name}}}"));
            return rest;
        }
    };
    let negated = if kind == 'P' { "^" } else { "" };
    out.push_str(&if in_class { format!("[:{negated}{posix}:]") } else { format!("[[:{negated}{posix}:]]") });
    rest
}

fn letters_and_digits<'a>(kind: char, in_class: bool, rest: &'a str, out: &mut String) -> &'a str {
    out.push_str(match (kind, in_class) {
        ('p', true) => r"\p{L}\p{Nd}",
        ('p', false) => r"[\p{L}\p{Nd}]",
        _ => r"[^\p{L}\p{Nd}]",
    });
    rest
}

#[cfg(test)]
mod tests {
    use super::{compile, matches, translate};

    #[test]
    fn translates() {
        let table = [
            (r"\d+", r"[0-9]+"),
            (r"[\w+=,.@-]*", r"[a-zA-Z0-9_+=,.@-]*"),
            (
                r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]",
                r"[\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]",
            ),
            (r"[\p{Print}&&[^|:/]]+", r"[[:print:]&&[^|:/]]+"),
            (r"[\S]", r"[[^ \t\n\x0B\f\r]]"),
            (r"[a-z--]", r"[a-z\--]"),
            (r"[\w-.~]", r"[a-zA-Z0-9_\-.~]"),
            (r"((?!\.)+[^\000-\037])", r"((?!\.)[^\x{0}-\x{1F}])"),
        ];
        for (java, rust) in table {
            assert_eq!(translate(java), rust);
        }
    }

    #[test]
    fn the_whole_text_must_match() {
        let table = [
            ("[a-z]+", "abc", true),
            ("[a-z]+", "abc1", false),
            ("a|b", "ab", false),
            ("^a$", "a\n", false),
            ("$|kafka://x", "", true),
            (r"(?!^\d+$)^[0-9a-zA-Z-_]+$", "12", false),
            (r"(?!^\d+$)^[0-9a-zA-Z-_]+$", "1a", true),
            (r"\w+", "é", false),
            (r"[\u0020-\uFFFF\r\n\t]*", "é\n", true),
            (r"[\uD800\uDC00-\uDBFF\uDFFF]", "\u{1F600}", true),
            (r"\p{Alnum}+", "aZ9", true),
            (r"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
        ];
        for (pattern, text, want) in table {
            assert_eq!(matches(pattern, text), want, "{pattern} {text:?}");
        }
    }

    /// `PATTERNS` names a JSON list of patterns, for instance of all the models there are.
    #[test]
    fn the_models_patterns_compile() {
        let Ok(path) = std::env::var("PATTERNS") else {
            println!("skipped: PATTERNS names no list of patterns");
            return;
        };
        let patterns: Vec<String> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let bad: Vec<_> = patterns.iter().filter(|pattern| compile(pattern).is_none()).collect();
        println!("{} patterns", patterns.len());
        assert!(bad.is_empty(), "{} of {}: {bad:#?}", bad.len(), patterns.len());
    }
}
