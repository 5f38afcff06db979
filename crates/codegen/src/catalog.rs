//! Every operation of every model by name and address, as static tables.

use crate::Model;

/// The Rust text of the catalog of these models.
pub fn generate(_models: &[Model]) -> String {
    String::new()
}
