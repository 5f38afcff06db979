//! From an API model, its overlay and a list of operations to Rust text. Runs in build scripts: nothing it makes is kept
//! in the tree; `cargo xtask api show SERVICE` prints it.
//!
//! | file | what it does |
//! |---|---|
//! | `overlay.rs` | our corrections merged into AWS's model; the words that overlays add |
//! | `access.rs` | which actions of IAM stand behind operations, and what AWS's reference says of them |
//! | `botocore.rs` | botocore's JSON → the intermediate form |
//! | `model.rs` | the intermediate form: names resolved for every wire |
//! | `reach.rs` | which shapes the listed operations need; where recursion needs a box |
//! | `idents.rs` | AWS's names as Rust names |
//! | `emit/` | intermediate form → Rust text, one file a kind of item |
//! | `catalog.rs` | every operation of every model by name and address → Rust text |
//! | `namespaces.rs` | every action of IAM, by prefix → Rust text |
//! | `build.rs` | what a `build.rs` calls |

use std::path::Path;

pub mod access;
mod botocore;
mod build;
pub mod catalog;
mod emit;
mod idents;
pub mod model;
mod namespaces;
mod overlay;
mod reach;

pub use access::Access;
pub use build::{catalog_build_script, service_build_script};
pub use idents::{snake, upper_camel};
pub use model::Model;

/// Reads a model and its overlay, both JSON text. `id` is the service's folder name.
///
/// # Errors
/// In words for whoever edits models and overlays: what is missing or unreadable, and where.
pub fn read(id: &str, model: &str, overlay: Option<&str>) -> Result<Model, String> {
    let mut json = serde_json::from_str(model).map_err(|e| format!("models/{id}.json: {e}"))?;
    if let Some(text) = overlay {
        let patch = serde_json::from_str(text).map_err(|e| format!("models/{id}.overlay.json: {e}"))?;
        overlay::merge(id, &mut json, &patch)?;
    }
    botocore::read(id, &json)
}

/// Reads the model of a service from the folder of models: with its overlay, and with what the reference of IAM's actions
/// says. `note` hears of each file that was read.
///
/// # Errors
/// As [`read`], and for a missing model.
pub fn load(folder: &Path, id: &str, mut note: impl FnMut(&Path)) -> Result<Model, String> {
    let mut text = |name: String| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).ok();
        text.inspect(|_| note(&path))
    };
    let model = text(format!("{id}.json")).ok_or_else(|| format!("models/{id}.json is missing"))?;
    let mut model = read(id, &model, text(format!("{id}.overlay.json")).as_deref())?;
    let mut access = Access::default();
    for prefix in model.prefixes() {
        if let Some(reference) = text(format!("{prefix}.access.json")) {
            access.add(&prefix, &reference)?;
        }
    }
    model.authorise(access);
    Ok(model)
}

/// The Rust text for the listed operations and what they need.
///
/// # Errors
/// An operation that the model does not have.
pub fn generate(model: &Model, operations: &[&str]) -> Result<String, String> {
    let unknown: Vec<_> = operations.iter().filter(|name| !model.operations.contains_key(**name)).collect();
    if unknown.is_empty() { Ok(emit::service(model, operations)) } else { Err(format!("{}: no {unknown:?}", model.id)) }
}
