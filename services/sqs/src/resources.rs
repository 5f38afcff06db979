//! Resource types (placeholder while compiling).
pub(crate) fn all() -> Vec<crate::Never> { Vec::new() }
