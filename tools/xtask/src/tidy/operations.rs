//! Every listed operation has a handler and a test that names it. What has not yet stands on a list that only shrinks.

use std::collections::BTreeSet;

use codegen::snake;

use super::ratchet::ratchet;
use super::{Findings, files};
use crate::workspace;

/// Tests of the whole system. `tests/roundtrip` is not among them: it names every operation and tests none alone.
const WHOLE_SYSTEM: [&str; 3] = ["tests/clients", "tests/cross", "tests/sim"];

/// Checks both lists. With `shrink`, entries that are no longer needed are removed.
pub(super) fn check(shrink: bool) -> Result<Findings, String> {
    let mut findings = Findings::new();
    let (mut unhandled, mut untested) = (BTreeSet::new(), BTreeSet::new());
    let whole_system = text(&WHOLE_SYSTEM, ".py")? + &text(&WHOLE_SYSTEM, ".rs")?;
    for service in files::folders("apis") {
        let listed = workspace::read(&format!("apis/{service}/operations.txt")).unwrap_or_default();
        let home = home(&service);
        let tables = format!("services/{home}/src");
        let table = text(&[&tables], "mod.rs")?;
        let tests = text(&[&format!("services/{home}/tests")], ".rs")? + &whole_system;
        findings.extend(unsorted(&service, &listed));
        for operation in listed.lines() {
            let entry = format!("{service} {operation}");
            if !names(&table, operation) {
                unhandled.insert(entry.clone());
            }
            if !names(&tests, operation) && !names(&tests, &snake(operation)) {
                untested.insert(entry);
            }
        }
    }
    findings.extend(ratchet("without-handler", &unhandled, shrink)?);
    findings.extend(ratchet("without-test", &untested, shrink)?);
    Ok(findings)
}

/// The folder of the service that implements an API: its own, or that of the service whose name its name begins with, as
/// `dynamodb` implements `dynamodbstreams`.
fn home(api: &str) -> String {
    let all = files::folders("services").into_iter().filter(|folder| api.starts_with(folder.as_str()));
    all.max_by_key(String::len).unwrap_or_else(|| api.to_owned())
}

fn text(folders: &[&str], ending: &str) -> Result<String, String> {
    Ok(files::under(folders, ending)?.into_iter().map(|file| file.text).collect())
}

fn unsorted(service: &str, listed: &str) -> Option<String> {
    let sorted = listed.lines().is_sorted();
    (!sorted).then(|| format!("apis/{service}/operations.txt is not sorted"))
}

/// Whether the word occurs as a whole.
fn names(text: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(inside) && !text[at + word.len()..].starts_with(inside))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn words_are_found_whole() {
        assert!(names("operation::<SendMessage>(send)", "SendMessage"));
        assert!(!names("operation::<SendMessageBatch>(send)", "SendMessage"));
        assert!(names("client.send_message(Body)", "send_message"));
    }
}
