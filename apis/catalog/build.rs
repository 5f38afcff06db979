//! Generates the tables of all services and operations.

fn main() {
    codegen::catalog_build_script();
}
