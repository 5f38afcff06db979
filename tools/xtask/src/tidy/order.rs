//! Lists that many people add to are sorted, so that they add in different places.

use super::Findings;
use crate::workspace;

pub(super) fn check() -> Result<Findings, String> {
    let manifest = workspace::read("Cargo.toml")?;
    let dependencies = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let outside: Vec<&str> = dependencies.take_while(|line| !line.is_empty()).collect();
    let mut findings = unsorted("[workspace.dependencies]", &outside);
    if let Ok(services) = workspace::read("crates/cloud/src/services.rs") {
        let list: Vec<&str> = services.lines().map(str::trim).filter(|line| line.starts_with("svc_")).collect();
        findings.extend(unsorted("the list of services", &list));
    }
    Ok(findings)
}

fn unsorted(what: &str, lines: &[&str]) -> Findings {
    let wrong = lines.windows(2).filter(|pair| pair[0] > pair[1]);
    wrong.map(|pair| format!("{what} is not sorted at: {}", pair[1])).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_where_the_order_breaks() {
        assert!(super::unsorted("list", &["a", "b", "c"]).is_empty());
        assert_eq!(super::unsorted("list", &["a", "c", "b"]), ["list is not sorted at: b"]);
    }
}
