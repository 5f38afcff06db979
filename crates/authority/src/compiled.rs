//! Policies compiled once: those that resources carry and sessions bring along come as text with every request.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use policy::{Kind, Policy};

/// Texts kept. Beyond it the whole table is dropped: it fills again with what is in use.
const AT_MOST: usize = 4_096;

/// Compiled policies by their text, one table a kind.
#[derive(Default)]
pub(crate) struct Compiled {
    resource: RwLock<HashMap<Box<str>, Arc<Policy>>>,
    session: RwLock<HashMap<Box<str>, Arc<Policy>>>,
}

impl Compiled {
    /// A resource's own policy. One that cannot be read allows nothing and is told in the log: it was checked when it was
    /// set.
    pub(crate) fn resource(&self, text: &str) -> Option<Arc<Policy>> {
        compiled(&self.resource, text, Kind::Resource)
    }

    /// A role's trust policy.
    pub(crate) fn trust(&self, text: &str) -> Option<Arc<Policy>> {
        compiled(&self.resource, text, Kind::Trust)
    }

    /// A session's policy.
    pub(crate) fn session(&self, text: &str) -> Option<Arc<Policy>> {
        compiled(&self.session, text, Kind::Session)
    }
}

fn compiled(table: &RwLock<HashMap<Box<str>, Arc<Policy>>>, text: &str, kind: Kind) -> Option<Arc<Policy>> {
    if let Some(policy) = table.read().get(text) {
        return Some(policy.clone());
    }
    let policy = match Policy::parse(text, kind) {
        Ok(policy) => Arc::new(policy),
        Err(error) => {
            tracing::warn!(error = %error.message, "a stored policy cannot be read");
            return None;
        }
    };
    let mut table = table.write();
    if table.len() >= AT_MOST {
        table.clear();
    }
    table.insert(text.into(), policy.clone());
    Some(policy)
}
