//! Lists that only shrink: what is missing may be missing as long as it stands there, and nothing may be added.

use std::collections::BTreeSet;

use super::Findings;
use crate::workspace;

/// Compares what is missing with the list of what may be.
pub(super) fn ratchet(name: &str, missing: &BTreeSet<String>, shrink: bool) -> Result<Findings, String> {
    let path = format!("tools/xtask/ratchet/{name}.txt");
    let text = workspace::read(&path).unwrap_or_default();
    let allowed: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    if shrink {
        let kept: String = allowed.intersection(missing).map(|entry| format!("{entry}\n")).collect();
        std::fs::write(workspace::path(&path), kept).map_err(|e| format!("{path}: {e}"))?;
    }
    let new = missing.difference(&allowed).map(|entry| format!("{name}: {entry}"));
    let stale = allowed.difference(missing).filter(|_| !shrink);
    Ok(new.chain(stale.map(|entry| format!("{path}: {entry} is done; `cargo xtask tidy --shrink`"))).collect())
}
