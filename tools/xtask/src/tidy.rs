//! `xtask tidy`: the house rules that a compiler does not know. Run as a test of this crate, so nobody has to remember.

mod access;
mod files;
mod layers;
mod operations;
mod order;
mod ratchet;
mod sources;

use crate::Outcome;

/// What is wrong, a sentence each; empty when all is well.
type Findings = Vec<String>;

/// Checks every rule. With `shrink`, entries that are no longer needed are taken off the ratchet lists.
pub(crate) fn run(shrink: bool) -> Outcome {
    let mut findings = Findings::new();
    for check in [layers::check, order::check, sources::check] {
        findings.extend(check()?);
    }
    findings.extend(operations::check(shrink)?);
    findings.extend(access::check(shrink)?);
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        if let Err(findings) = super::run(false) {
            panic!("{findings}");
        }
    }
}
