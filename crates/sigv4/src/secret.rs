//! A secret access key that never prints itself.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time;

/// A secret access key. Cloning is cheap. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// Takes the text of the secret.
    pub fn new(secret: &str) -> Self {
        Self(secret.as_bytes().into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether both are the same secret, in constant time for equal lengths.
    pub(crate) fn is(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", Secret::new("wJalrXUtnFEMI")), "Secret(…)");
    }
}
