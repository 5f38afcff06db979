//! Every action that IAM knows of the catalog's services, by prefix → Rust text: one text a prefix with an action a line,
//! so that thousands of names cost their letters and no pointers.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::access::Reference;
use crate::model::Model;

/// The Rust text of all prefixes that the models use, sorted.
pub(crate) fn generate(models: &[Model]) -> String {
    let all = models.iter().flat_map(|model| &model.access.references);
    let distinct: BTreeMap<&String, &Reference> = all.collect();
    let mut text = String::from("/// All prefixes of actions, sorted.\npub static NAMESPACES: &[Namespace] = &[\n");
    for (prefix, reference) in distinct {
        let name = &reference.name;
        let _ = writeln!(text, "Namespace {{ prefix: {prefix:?}, name: {name:?}, actions: {:?} }},", lines(reference));
    }
    text + "];\n"
}

/// The first letter of the level, then the name.
fn lines(reference: &Reference) -> String {
    let line = |(name, action): (&String, &crate::access::Action)| format!("{:.1}{name}", action.level);
    reference.actions.iter().map(line).collect::<Vec<_>>().join("\n")
}
