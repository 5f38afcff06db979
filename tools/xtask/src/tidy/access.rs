//! Every listed operation has its actions in AWS's reference, or stands on a list that only shrinks: nobody can be given
//! the least that an operation needs, or denied it by name, while its action is unknown.

use std::collections::BTreeSet;

use super::ratchet::ratchet;
use super::{Findings, files};
use crate::access::unknown;
use crate::workspace;

/// Checks the list. With `shrink`, entries that are no longer needed are removed.
pub(super) fn check(shrink: bool) -> Result<Findings, String> {
    let mut missing = BTreeSet::new();
    for service in files::folders("apis") {
        let Ok(listed) = workspace::read(&format!("apis/{service}/operations.txt")) else { continue };
        let model = codegen::load(&workspace::path("models"), &service, |_| ())?;
        let listed: Vec<String> = listed.lines().map(|operation| format!("{service} {operation}")).collect();
        missing.extend(unknown(&model).into_iter().filter(|entry| listed.contains(entry)));
    }
    ratchet("without-action", &missing, shrink)
}
