//! Generates the typed operations of this API.

fn main() {
    codegen::service_build_script("logs");
}
