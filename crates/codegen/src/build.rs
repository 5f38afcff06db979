//! What the build scripts of `apis/*` call.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::catalog;

/// Generates `$OUT_DIR/api.rs` from `models/ID.json`, its overlay and `operations.txt` beside the build script.
///
/// # Panics
/// With the reason, which Cargo shows, when any of them is missing or wrong.
pub fn service_build_script(id: &str) {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let list = here.join("operations.txt");
    println!("cargo::rerun-if-changed={}", list.display());
    let listed = fs::read_to_string(list).expect("operations.txt lists the operations, one a line");
    let operations: Vec<&str> = listed.lines().filter(|line| !line.is_empty()).collect();
    let model = load(&here.join("../../models"), id);
    let text = crate::generate(&model, &operations).unwrap_or_else(|reason| panic!("{reason}"));
    write("api.rs", &text);
}

/// Generates `$OUT_DIR/catalog.rs` from all models and overlays.
///
/// # Panics
/// With the reason, which Cargo shows, when any of them is missing or wrong.
pub fn catalog_build_script() {
    let models = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("../../models");
    println!("cargo::rerun-if-changed={}", models.display());
    let source = fs::read_to_string(models.join("SOURCE")).expect("models/SOURCE lists the services");
    let all: Vec<_> = source.lines().skip(1).map(|id| load(&models, id)).collect();
    write("catalog.rs", &catalog::generate(&all));
}

fn load(models: &Path, id: &str) -> crate::Model {
    let track = |path: &Path| println!("cargo::rerun-if-changed={}", path.display());
    crate::load(models, id, track).unwrap_or_else(|reason| panic!("{reason}"))
}

fn write(name: &str, text: &str) {
    fs::write(PathBuf::from(variable("OUT_DIR")).join(name), text).expect("Cargo made the folder for us to write in");
}

fn variable(name: &str) -> String {
    env::var(name).expect("Cargo sets it for build scripts")
}
