//! Writes the table of all generated operations, from what the folders under `apis/` list.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let apis = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../apis");
    println!("cargo::rerun-if-changed={}", apis.display());
    let mut lists: Vec<PathBuf> = fs::read_dir(&apis)
        .expect("the workspace has APIs")
        .flatten()
        .map(|entry| entry.path().join("operations.txt"))
        .filter(|list| list.exists())
        .collect();
    lists.sort();
    let mut table = String::from("operations! {\n");
    for list in lists {
        println!("cargo::rerun-if-changed={}", list.display());
        let id =
            list.parent().and_then(Path::file_name).expect("a list lies in a folder").to_string_lossy().into_owned();
        let operations = fs::read_to_string(&list).expect("a list can be read").replace('\n', " ");
        writeln!(table, "    {id:?}, api_{}: {operations};", id.replace('-', "_")).expect("a string takes it");
    }
    table.push_str("}\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("operations.rs");
    fs::write(out, table).expect("the table can be written");
}
