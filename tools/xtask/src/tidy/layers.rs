//! Who may depend on whom: a crate knows only crates of lower layers, and no service knows another.

use toml::{Table, Value};

use super::{Findings, files};

/// The layer of one of our crates; none for those that stand outside (tests, benches, tools).
fn layer(name: &str) -> Option<u8> {
    Some(match name {
        "names" | "codegen" => 0,
        "federation" | "pattern" | "policy" | "runtime" | "schedule" | "sigv4" | "smithy" | "template" => 1,
        "protocols" | "sam" | "sandbox" | "store" => 2,
        "remote-blobs" | "service-kit" => 3,
        "authority" | "delivery" | "smtp" => 4,
        "gateway" => 5,
        "testkit" => 6,
        "cloud" => 7,
        _ if name.starts_with("api-") => 2,
        _ if name.starts_with("svc-") => 5,
        _ => return None,
    })
}

pub(super) fn check() -> Result<Findings, String> {
    let mut findings = Findings::new();
    for file in files::under(&["crates", "apis", "services"], "Cargo.toml")? {
        let manifest: Table = file.text.parse().map_err(|e| format!("{}: {e}", file.path))?;
        findings.extend(wrong(&manifest).into_iter().map(|finding| format!("{}: {finding}", file.path)));
    }
    Ok(findings)
}

fn wrong(manifest: &Table) -> Findings {
    let name = manifest.get("package").and_then(|p| p.get("name")).and_then(Value::as_str).unwrap_or_default();
    let Some(own) = layer(name) else { return vec![format!("{name} has no layer: give it one in tidy/layers.rs")] };
    let used = manifest.get("dependencies").and_then(Value::as_table).into_iter().flatten().map(|(used, _)| used);
    let higher = used.filter(|used| layer(used).is_some_and(|theirs| theirs >= own));
    higher.map(|used| format!("{name} must not depend on {used}, which is not below it")).collect()
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn only_lower_layers_may_be_used() {
        for (text, count) in [
            ("[package]\nname = 'svc-a'\n[dependencies]\nservice-kit = {}\napi-a = {}\nserde = {}", 0),
            ("[package]\nname = 'svc-a'\n[dependencies]\nsvc-b = {}", 1),
            ("[package]\nname = 'svc-a'\n[dev-dependencies]\ntestkit = {}", 0),
            ("[package]\nname = 'names'\n[dependencies]\nsmithy = {}\nstore = {}", 2),
            ("[package]\nname = 'unknown'", 1),
        ] {
            assert_eq!(wrong(&text.parse().unwrap()).len(), count, "{text}");
        }
    }
}
