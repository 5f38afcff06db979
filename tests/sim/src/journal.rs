//! What the real binary promised, and what is found of it after a kill.
//!
//! Bodies are unlike each other and name where they were sent: `standard 17` or `group-3 17`, the number counting up in
//! each place. So order and loss can be read off the bodies.

use std::collections::{BTreeMap, BTreeSet};

/// What was promised since the last time everything was taken out.
#[derive(Debug, Default)]
pub struct Journal {
    /// Acknowledged sends: body and message id.
    pub sent: BTreeMap<String, String>,
    /// Sends without an answer.
    pub maybe_sent: BTreeSet<String>,
    /// Acknowledged deletes.
    pub deleted: BTreeSet<String>,
    /// Deletes without an answer.
    pub maybe_deleted: BTreeSet<String>,
    /// Received and still hidden when the process is killed, and no delete begun.
    pub hidden: BTreeSet<String>,
}

/// What is wrong with what was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Acknowledged, not deleted, not there.
    pub lost: Vec<String>,
    /// There again though its delete was acknowledged.
    pub undeleted: Vec<String>,
    /// There though nobody sent it.
    pub unsent: Vec<String>,
    /// Received more than once.
    pub twice: Vec<String>,
    /// Received before one of its group that was sent earlier.
    pub disordered: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

impl Journal {
    /// Holds everything that is there, in the order in which it was received, against what was promised.
    pub fn check(&self, found: &[String]) -> Findings {
        let mut findings = Findings::default();
        let mut seen = BTreeSet::new();
        let mut last: BTreeMap<&str, u64> = BTreeMap::new();
        for body in found {
            if !seen.insert(body) {
                findings.twice.push(body.clone());
            }
            if self.deleted.contains(body) {
                findings.undeleted.push(body.clone());
            } else if !self.sent.contains_key(body) && !self.maybe_sent.contains(body) {
                findings.unsent.push(body.clone());
            }
            let Some((group, number)) = ordered(body) else { continue };
            if last.insert(group, number).is_some_and(|before| before > number) {
                findings.disordered.push(body.clone());
            }
        }
        let gone = |body: &&String| {
            !seen.contains(body) && !self.deleted.contains(*body) && !self.maybe_deleted.contains(*body)
        };
        findings.lost = self.sent.keys().filter(gone).cloned().collect();
        findings
    }
}

/// Group and number of a body from a FIFO queue.
fn ordered(body: &str) -> Option<(&str, u64)> {
    let (group, number) = body.split_once(' ')?;
    group.starts_with("group-").then_some((group, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bodies: &[&str]) -> Vec<String> {
        bodies.iter().map(|body| (*body).to_owned()).collect()
    }

    fn journal() -> Journal {
        let sent = ["standard 1", "standard 2", "group-1 1", "group-1 2"];
        Journal {
            sent: sent.iter().map(|body| ((*body).to_owned(), "id".to_owned())).collect(),
            maybe_sent: ["standard 3".to_owned()].into(),
            deleted: ["standard 2".to_owned()].into(),
            maybe_deleted: ["group-1 1".to_owned()].into(),
            hidden: BTreeSet::new(),
        }
    }

    #[test]
    fn what_may_be() {
        for found in [
            &["standard 1", "group-1 1", "group-1 2"][..],
            &["group-1 2", "standard 3", "standard 1"],
            &["standard 1", "group-1 2"],
        ] {
            assert!(journal().check(&names(found)).is_clean(), "{found:?}");
        }
    }

    #[test]
    fn what_may_not_be() {
        let all = ["standard 1", "group-1 1", "group-1 2"];
        let check = |more: &[&str]| journal().check(&names(&[&all[..], more].concat()));
        assert_eq!(journal().check(&names(&all[1..])).lost, ["standard 1"]);
        assert_eq!(check(&["standard 2"]).undeleted, ["standard 2"]);
        assert_eq!(check(&["standard 4"]).unsent, ["standard 4"]);
        assert_eq!(check(&["standard 1"]).twice, ["standard 1"]);
        assert_eq!(journal().check(&names(&["group-1 2", "group-1 1", "standard 1"])).disordered, ["group-1 1"]);
    }
}
