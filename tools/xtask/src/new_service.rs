//! `xtask new-service`: the folders of a new service in the shape all have, and the sorted lines that make it known.
//! What it writes builds; the tidy test then says which handlers and tests are still to come.

use std::fs;

use crate::{Outcome, workspace};

/// Where each template goes.
const TEMPLATES: [(&str, &str); 7] = [
    ("apis/{id}/Cargo.toml", include_str!("../templates/api.Cargo.toml.txt")),
    ("apis/{id}/build.rs", include_str!("../templates/api.build.rs.txt")),
    ("apis/{id}/src/lib.rs", include_str!("../templates/api.lib.rs.txt")),
    ("services/{id}/Cargo.toml", include_str!("../templates/service.Cargo.toml.txt")),
    ("services/{id}/README.md", include_str!("../templates/service.README.md.txt")),
    ("services/{id}/src/lib.rs", include_str!("../templates/service.lib.rs.txt")),
    ("services/{id}/src/ops/mod.rs", include_str!("../templates/service.ops.rs.txt")),
];

/// Files that name every service: the file, how its lines begin, the line to add.
const LISTS: [(&str, &str, &str); 4] = [
    ("Cargo.toml", "api-", "api-{id} = { path = \"apis/{id}\" }"),
    ("Cargo.toml", "svc-", "svc-{id} = { path = \"services/{id}\" }"),
    ("crates/cloud/Cargo.toml", "svc-", "svc-{id}.workspace = true"),
    ("crates/cloud/src/services.rs", "        svc_", "        {svc}::service(parts),"),
];

/// Makes a service with these operations of its model.
pub(crate) fn run(id: &str, operations: &[&str]) -> Outcome {
    let text = workspace::read(&format!("models/{id}.json"))?;
    let overlay = workspace::read(&format!("models/{id}.overlay.json")).ok();
    let model = codegen::read(id, &text, overlay.as_deref())?;
    codegen::generate(&model, operations)?;
    let (Some(first), false) = (operations.first(), workspace::path(&format!("services/{id}")).exists()) else {
        return Err(format!("{id} is there already, or no operation was named"));
    };
    let filled = |template: &str| {
        let rust = |prefix: &str| format!("{prefix}_{}", id.replace('-', "_"));
        let pairs = [("{api}", rust("api")), ("{svc}", rust("svc")), ("{operation}", (*first).to_owned())];
        let names = [("{name}", &model.service.sdk_id), ("{full_name}", &model.service.full_name)];
        let text = pairs.iter().fold(template.replace("{id}", id), |text, (from, to)| text.replace(from, to));
        names.iter().fold(text, |text, (from, to)| text.replace(from, to))
    };
    for (path, template) in TEMPLATES {
        write(&filled(path), &filled(template))?;
    }
    let mut sorted = operations.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    write(&format!("apis/{id}/operations.txt"), &(sorted.join("\n") + "\n"))?;
    for (path, beginning, line) in LISTS {
        write(path, &inserted(&workspace::read(path)?, beginning, &filled(line)))?;
    }
    Ok(())
}

fn write(relative: &str, text: &str) -> Outcome {
    let path = workspace::path(relative);
    let folder = path.parent().ok_or("a file without a folder")?;
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
    written.map_err(|e| format!("{relative}: {e}"))
}

/// The text with the line put where it belongs among those that begin so; after the last when it is the greatest.
fn inserted(text: &str, beginning: &str, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let alike = |other: &&str| other.starts_with(beginning);
    let greater = lines.iter().position(|other| alike(other) && *other > line);
    let last = lines.iter().rposition(alike);
    let at = greater.or(last.map(|index| index + 1)).unwrap_or(lines.len());
    lines.insert(at, line);
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::inserted;

    #[test]
    fn lines_go_where_they_belong() {
        let text = "x\nsvc-b = 1\nsvc-d = 1\ny\n";
        for (line, expected) in [
            ("svc-a = 1", "x\nsvc-a = 1\nsvc-b = 1\nsvc-d = 1\ny\n"),
            ("svc-c = 1", "x\nsvc-b = 1\nsvc-c = 1\nsvc-d = 1\ny\n"),
            ("svc-e = 1", "x\nsvc-b = 1\nsvc-d = 1\nsvc-e = 1\ny\n"),
        ] {
            assert_eq!(inserted(text, "svc-", line), expected);
        }
    }
}
