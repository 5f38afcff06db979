//! Source files: how they open, how long they are, and what they must not reach for.

use super::Findings;
use super::files::{File, under};

/// Beyond this many lines a file has more than one topic.
const MOST_LINES: usize = 600;

/// Time, randomness and environment are handed in; a service that takes them itself cannot be simulated.
const AMBIENT: [&str; 9] = [
    "SystemTime::now",
    "Instant::now",
    "std::env::",
    "env::var(",
    "use rand::",
    "rand::rng(",
    "rand::random(",
    "thread_rng(",
    "getrandom::",
];

/// A test that sleeps is slow when it passes and wrong when the machine is busy.
const SLEEPS: [&str; 4] = ["thread::sleep", "time::sleep", "sleep_ms(", "time.sleep("];

const EVERYWHERE: [&str; 7] = ["apis", "benches", "crates", "fuzz", "services", "tests", "tools"];

pub(super) fn check() -> Result<Findings, String> {
    let mut findings = Findings::new();
    for file in under(&EVERYWHERE, ".rs")? {
        findings.extend(opening(&file).into_iter().chain(length(&file)));
        if is_pure(&file.path) {
            findings.extend(uses(&product(&file), &AMBIENT, "takes from its surroundings what must be handed in"));
        }
        if file.path.contains("/tests/") || file.path.starts_with("tests/") {
            findings.extend(uses(&file, &SLEEPS, "sleeps"));
        }
    }
    for file in under(&["tests"], ".py")? {
        findings.extend(uses(&file, &SLEEPS, "sleeps"));
    }
    Ok(findings)
}

fn opening(file: &File) -> Option<String> {
    let opens = file.text.trim_start().starts_with("//!");
    (!opens).then(|| format!("{} does not open with a `//!` sentence", file.path))
}

fn length(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > MOST_LINES).then(|| format!("{} has {lines} lines", file.path))
}

/// The file without the tests at its end.
fn product(file: &File) -> File {
    let text = file.text.split("#[cfg(test)]").next().unwrap_or_default();
    File { path: file.path.clone(), text: text.to_owned() }
}

/// Engines and the crates they are made of.
fn is_pure(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["services", _, "src", ..] => true,
        ["crates", name, "src", ..] => {
            ["names", "pattern", "policy", "protocols", "sam", "schedule", "sigv4", "smithy", "template"].contains(name)
        }
        _ => false,
    }
}

fn uses(file: &File, words: &[&str], what: &str) -> Findings {
    let code = file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let found = code.flat_map(|(number, line)| {
        let hits = words.iter().filter(move |word| mentions(line, word));
        hits.map(move |word| format!("{}:{} {what}: {word}", file.path, number + 1))
    });
    found.collect()
}

/// The word, not the end of a longer one (`operand::` is not `rand::`).
fn mentions(line: &str, word: &str) -> bool {
    let starts = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| starts(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn files_open_with_a_sentence_and_are_short() {
        assert!(opening(&file("a.rs", "//! Why.\n")).is_none());
        assert!(opening(&file("a.rs", "use a;\n")).is_some());
        assert!(length(&file("a.rs", &"\n".repeat(600))).is_none());
        assert!(length(&file("a.rs", &"\n".repeat(601))).is_some());
    }

    #[test]
    fn engines_take_nothing_from_their_surroundings() {
        assert!(is_pure("services/sqs/src/engine/queue.rs") && is_pure("crates/sigv4/src/lib.rs"));
        assert!(!is_pure("crates/runtime/src/clock.rs") && !is_pure("services/sqs/tests/it/main.rs"));
        let code = "let a = Instant::now();\n// Instant::now\nlet b = operand::new();\nlet c = rand::random();";
        assert_eq!(uses(&file("a.rs", code), &AMBIENT, "w").len(), 2);
    }
}
