//! Every operation of every AWS API by name and address: what a gateway needs to tell requests on one port apart, and to
//! say "known, but not here" of the rest. All static; looking something up allocates nothing.
//!
//! Beside them every action that IAM knows of these services, by its prefix.
//!
//! Generated at build time from all `models/*.json` and overlays; `generated` holds data only, the look-ups are here.

mod entry;
mod find;
mod namespace;

pub use entry::{OperationEntry, ServiceEntry};
pub use find::{by_id, by_query, by_rpc_name, by_signing_name, by_target_prefix};
pub use generated::{NAMESPACES, SERVICES};
pub use namespace::{Action, Namespace, action, namespace};

#[allow(clippy::all)]
mod generated {
    use smithy::{ProtocolKind, ServiceSchema};

    use crate::entry::{Extra, Record};
    use crate::{Namespace, ServiceEntry};

    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

    /// The parts that only this crate reads.
    pub(crate) struct Parts {
        pub(crate) text: &'static str,
        pub(crate) methods: &'static [&'static str],
        pub(crate) extras: &'static [Extra],
        pub(crate) records: &'static [Record],
        pub(crate) by_target_prefix: &'static [u8],
        pub(crate) by_signing_name: &'static [u8],
    }

    pub(crate) static PARTS: Parts = Parts {
        text: TEXT,
        methods: METHODS,
        extras: EXTRAS,
        records: &RECORDS,
        by_target_prefix: BY_TARGET_PREFIX,
        by_signing_name: BY_SIGNING_NAME,
    };
}
